// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"

namespace cohort::capture {

/// Forms (open, read, save, complete, history, archive), the matrix of a study and the page of a
/// subject, the audit trail of a study.
void routes(http::Router& router, App& app);

// Its parts, each in a file of its own.
void form_routes(http::Router& router, App& app);
void life_routes(http::Router& router, App& app);
void trail_routes(http::Router& router, App& app);
void matrix_routes(http::Router& router, App& app);
void change_routes(http::Router& router, App& app);

/// The scope of a route under /forms/{form}: where the form's subject is.
http::ScopeOf scope_of_form(App& app);

}  // namespace cohort::capture
