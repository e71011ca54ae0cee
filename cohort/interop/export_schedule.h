// SPDX-License-Identifier: Apache-2.0
// Exports that start by themselves each night.
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/schedule.h"

namespace cohort::interop {

/// Starts what a schedule of exports is for, as whoever made the schedule. While the export of
/// another night is still under way, that is the answer.
/// Errors: not_found/study; refused/schedule-not-allowed: they may not export any more.
Result<JobId> start_scheduled_export(db::Tx& tx, const jobs::Schedule& schedule);

/// /studies/{study}/exports/schedules and /schedules/{schedule}.
void schedule_routes(http::Router& router, App& app);

}  // namespace cohort::interop
