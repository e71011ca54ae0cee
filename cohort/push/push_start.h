// SPDX-License-Identifier: Apache-2.0
// Pushes of all reports of a study that their receivers have not acknowledged: by hand, or each
// night.
#pragma once

#include "cohort/identity/actor.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/steering/schedules.h"

namespace cohort::push {

/// Starts a job with a part for each site that has a receiver and something to push, its audit
/// record included. While the study's last push is not over, that is the answer.
/// Errors: not_found/study.
Result<jobs::Enqueued> start_push(db::Tx& tx, const StudyId& study, const identity::Actor& actor);

/// How pushes start by themselves.
steering::ScheduledKind push_schedule();

}  // namespace cohort::push
