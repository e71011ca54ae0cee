// SPDX-License-Identifier: Apache-2.0
// What a subject is asked, when: plans, windows and what was answered put together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/epro/plans.h"
#include "cohort/epro/responses.h"

namespace cohort::epro {

/// One window of a plan for one subject.
struct Task {
    PlanId plan;
    std::string name;     ///< the plan's
    std::string url;      ///< of the questionnaire
    CivilDate starts_on;  ///< from which day the subject's days are counted
    Window window;
    TaskState state = TaskState::upcoming;
    std::optional<Answered> answered;
    bool shows_scores = false;
};

/// Everything a subject was, is and will be asked, by the time at which it opens.
/// Blocks: its thread, for the file of the site's time zone.
Result<std::vector<Task>> tasks_of(db::Tx& tx, const subjects::Subject& subject, Instant at);

/// One of them. Errors: not_found/task.
/// Blocks: as tasks_of().
Result<Task> task_of(db::Tx& tx, const subjects::Subject& subject, const PlanId& plan, int number,
                     Instant at);

}  // namespace cohort::epro
