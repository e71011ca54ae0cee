// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"

namespace cohort::reporting {

/// The reports of responses, and whom sites let know of them.
void routes(http::Router& router, App& app);

// Its parts, each in a file of its own.
void report_routes(http::Router& router, App& app);
void address_routes(http::Router& router, App& app);

}  // namespace cohort::reporting
