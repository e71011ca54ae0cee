// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/base/schema.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/subjects/subjects.h"

namespace cohort::subjects {

/// POST /studies/{study}/subjects. What is shown of subjects with their forms is capture's.
void routes(http::Router& router, App& app);

/// {id, study, site, key, enrolled_on}
json::object to_json(const Subject& subject);
json::Schema subject_schema();

/// The scope of a route under /subjects/{subject}: the subject's study and site.
http::ScopeOf scope_of_subject(App& app);

}  // namespace cohort::subjects
