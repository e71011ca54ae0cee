// SPDX-License-Identifier: Apache-2.0
// A job as the API shows it.
#pragma once

#include "cohort/base/schema.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/http/access.h"
#include "cohort/platform/jobs/job.h"

namespace cohort::steering {

/// Counts, speed and end in sight of a job with all its parts, all of one moment.
Result<json::object> job_json(db::Tx& tx, const jobs::Job& itself);
json::Schema job_schema();

/// The same with why items did not end well, how much was done when, and how many results there
/// are.
Result<json::object> report_json(db::Tx& tx, const jobs::Job& itself);
json::Schema report_schema();

/// Without `with_names` it does not say whom the item is about.
json::object item_json(const jobs::Item& item, bool with_names);
json::Schema item_schema();

/// Where a job belongs.
http::Scope scope_of(const jobs::Job& job);

/// The same of the job of the path {job}. Errors: not_found/job.
http::ScopeOf scope_of_job(db::Db& db);

}  // namespace cohort::steering
