// SPDX-License-Identifier: Apache-2.0
// Jobs that people let start by themselves at a time of day. Each kind is under the right that
// starting it by hand needs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cohort/identity/actor.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/schedule.h"

namespace cohort::steering {

/// A kind of job that can be scheduled.
struct ScheduledKind {
    std::string kind;         ///< of the job: "study.export"
    std::string place;        ///< below the study: "/exports/schedules"
    std::string name = {};    ///< of its operations and schemas: "Analysis" in "AnalysisSchedule"
    std::string does;         ///< "Exports the study"
    http::Permission right;   ///< to see, add and stop one; its maker needs it at every start, too
    json::object input = {};  ///< what a schedule says beside its times, where it says nothing else
    std::vector<json::Member> members = {};  ///< the same as a schema
    /// Starts the job as whoever made the schedule.
    std::function<Result<JobId>(db::Tx&, const jobs::Schedule&, const identity::Actor&)> start = {};
};

/// Starts what a schedule is for, as whoever made it. While that of another night is still under
/// way, that is the answer.
/// Errors: those of the kind; refused/schedule-not-allowed: they have lost the right.
jobs::Starter starter_of(std::vector<ScheduledKind> kinds);

/// For each kind a list, a way to add to it and one to stop what is in it.
void schedule_routes(http::Router& router, App& app, const std::vector<ScheduledKind>& kinds);

}  // namespace cohort::steering
