// SPDX-License-Identifier: Apache-2.0
// Pushes of all reports of a study that their receivers have not acknowledged: by hand, or each
// night.
#pragma once

#include <optional>

#include "cohort/identity/actor.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/platform/jobs/schedule.h"

namespace cohort::push {

/// Starts a job with a part for each site that has a receiver and something to push, its audit
/// record included. While the study's last push is not over, that is the answer.
/// Errors: not_found/study.
Result<jobs::Enqueued> start_push(db::Tx& tx, const StudyId& study, const identity::Actor& actor);

/// The same as whoever made the schedule.
/// Errors: not_found/study; refused/schedule-not-allowed: they may not steer jobs any more.
Result<JobId> start_scheduled_push(db::Tx& tx, const jobs::Schedule& schedule);

/// The schedule of a study's pushes, if it has one.
Result<std::optional<jobs::Schedule>> schedule_of(db::Tx& tx, const StudyId& study);

/// Sets it, in place of the one before, its audit record included.
/// Errors: not_found/study; those of jobs::add_schedule().
Result<jobs::Schedule> set_schedule(db::Tx& tx, const StudyId& study, const jobs::Daily& when,
                                    const identity::Actor& actor);

/// From now on nothing starts by itself; again: nothing.
Result<void> remove_schedule(db::Tx& tx, const StudyId& study, const identity::Actor& actor);

}  // namespace cohort::push
