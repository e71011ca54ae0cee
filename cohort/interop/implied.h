// SPDX-License-Identifier: Apache-2.0
// Definitions for what data names and nobody defined.
#pragma once

#include <vector>

#include "cohort/interop/odm_file.h"
#include "cohort/interop/report.h"
#include "cohort/study/definition.h"

namespace cohort::interop {

/// What must be added to a definition so that every event, form, group and item that the subjects
/// name is known, and each is in its parent. Everything in the result is marked implied; the tally
/// says what and how many.
study::MetadataVersion implied_by(const study::Definition& definition,
                                  const std::vector<const SubjectData*>& subjects, Tally& tally);

/// One event with all forms, for a study that defines forms but no event; empty otherwise.
study::MetadataVersion implied_event(const study::Definition& definition, Tally& tally);

}  // namespace cohort::interop
