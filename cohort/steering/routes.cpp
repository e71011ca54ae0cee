// SPDX-License-Identifier: Apache-2.0
#include "cohort/steering/routes.h"

namespace cohort::steering {

void routes(http::Router& router, App& app, jobs::Engine& engine) {
    job_routes(router, app);
    event_routes(router, app);
    bus_routes(router, app);
    command_routes(router, app, engine);
}

}  // namespace cohort::steering
