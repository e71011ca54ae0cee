// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "cohort/base/schema.h"
#include "cohort/epro/alerts.h"
#include "cohort/epro/patients.h"
#include "cohort/epro/ready_forms.h"
#include "cohort/epro/submit.h"
#include "cohort/epro/tasks.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"

namespace cohort::epro {

/// What patients fill in, how they come in, when they are asked, what they answer. `follow_ups` is
/// the work that follows each submission. `patients` must outlive the router.
void routes(http::Router& router, App& app, Patients& patients, const FollowUps& follow_ups);

// Its parts, each in a file of its own.
void form_routes(http::Router& router, App& app, const std::shared_ptr<ReadyForms>& ready);
void plan_routes(http::Router& router, App& app);
void task_routes(http::Router& router, App& app, std::shared_ptr<ReadyForms> ready,
                 FollowUps follow_ups);
void response_routes(http::Router& router, App& app);
void alert_routes(http::Router& router, App& app);
void rate_routes(http::Router& router, App& app);

/// The scope of a route under /responses/{response}: the response's study and site.
http::ScopeOf scope_of_response(App& app);

// What several of them show.
json::object to_json(const Form& form);
json::Schema form_schema();
/// As it stands at a moment.
json::object to_json(const Alert& alert, Instant at);
json::Schema alert_schema();
json::object to_json(const Task& task);
json::Schema task_schema();
json::array to_json(const std::vector<questionnaire::Score>& scores);
json::Schema scores_schema();

}  // namespace cohort::epro
