// SPDX-License-Identifier: Apache-2.0
// Receivers, pushes and what became of each report, over the API.
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/auth/seal.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/engine.h"

namespace cohort::push {

/// All of this slice. Engine and key must outlive the router.
void routes(http::Router& router, App& app, const auth::SealingKey& key, jobs::Engine& engine);

// --- in this folder ---------------------------------------------------------------------------

void receiver_routes(http::Router& router, App& app, const auth::SealingKey& key);
void push_routes(http::Router& router, App& app, jobs::Engine& engine);

}  // namespace cohort::push
