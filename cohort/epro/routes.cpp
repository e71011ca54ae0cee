// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/routes.h"

namespace cohort::epro {

void routes(http::Router& router, App& app, Patients& patients, const FollowUps& follow_ups) {
    const auto ready = std::make_shared<ReadyForms>(app.db);
    form_routes(router, app, ready);
    patient_routes(router, app, patients);
    plan_routes(router, app);
    task_routes(router, app, ready, follow_ups);
    response_routes(router, app);
    alert_routes(router, app);
    rate_routes(router, app);
}

}  // namespace cohort::epro
