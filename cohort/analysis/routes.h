// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/engine.h"

namespace cohort::analysis {

/// /studies/{study}/analyses and /studies/{study}/sites/{site}/analysis.zip. The engine must
/// outlive the router.
void routes(http::Router& router, App& app, jobs::Engine& engine);

}  // namespace cohort::analysis
