// SPDX-License-Identifier: Apache-2.0
// Jobs as people see and steer them: lists, progress, pause, resume, cancel, pace, once more. And
// events that nobody could act on.
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/engine.h"

namespace cohort::steering {

/// /api/v1/jobs and /api/v1/system/events. The engine of this process hears of what is changed at
/// once; those of others look for themselves. It must outlive the router.
void routes(http::Router& router, App& app, jobs::Engine& engine);

// --- in this folder ---------------------------------------------------------------------------

void job_routes(http::Router& router, App& app);
void command_routes(http::Router& router, App& app, jobs::Engine& engine);
void event_routes(http::Router& router, App& app);
void bus_routes(http::Router& router, App& app);

}  // namespace cohort::steering
