// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/plans.h"
#include "cohort/sites/sites.h"

namespace cohort::epro {

/// One number of a plan for one subject.
struct Occasion {
    SubjectId subject;
    std::string key;  ///< the subject's number
    Window window;
    TaskState state = TaskState::upcoming;
    std::optional<Instant> answered_at;
    bool is_late = false;  ///< it was answered late
};

/// Of all subjects of a site, by key: what rates_of() counts there.
/// Blocks: its thread, for the file of the site's time zone.
Result<std::vector<Occasion>> occasions_of(db::Tx& tx, const Plan& plan, const sites::Site& site,
                                           int number, Instant at);

}  // namespace cohort::epro
