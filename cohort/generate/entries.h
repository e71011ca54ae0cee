// SPDX-License-Identifier: Apache-2.0
// What somebody might enter into a form of any study, made up from its definition. Pure.
#pragma once

#include "cohort/base/time.h"
#include "cohort/capture/complete.h"
#include "cohort/capture/merge.h"
#include "cohort/generate/chance.h"
#include "cohort/study/definition.h"

namespace cohort::generate {

/// The first save of a form, validated.
struct Entries {
    capture::Patch patch = {};
    std::vector<capture::Acknowledgement> acknowledged = {};  ///< its soft findings
};

/// Every mandatory item, by its code list, its checks and its type. What such a value still breaks
/// for good is left out: a form that needs more than that stays open.
Entries make_up_entries(const study::Definition& definition, const study::FormDef& form,
                        const CivilDate& day, Chance& chance);

}  // namespace cohort::generate
