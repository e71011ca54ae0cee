// SPDX-License-Identifier: Apache-2.0
// A schedule's times as APIs show and take them.
#pragma once

#include <vector>

#include "cohort/base/schema.h"
#include "cohort/platform/jobs/schedule.h"

namespace cohort::jobs {

/// hour, minute, time_zone and weekdays (1 Monday), when it fires next, and the last times that
/// were decided about, with their jobs.
Result<json::object> times_json(db::Tx& tx, const Schedule& schedule);
std::vector<json::Member> times_members();

/// What somebody wishes; without weekdays, every day. Errors: those of what is missing.
Result<Daily> daily_of(const json::object& body);
std::vector<json::Member> daily_members();

}  // namespace cohort::jobs
