// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "cohort/capture/store.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/resilience/cache.h"

namespace cohort::capture {

/// Where forms are and what they were made from, asked of the store's server once: none of it ever
/// changes.
using Heads = resilience::Cache<std::string, FormHead>;

/// Forms (open, read, save, complete, history, archive), the matrix of a study and the page of a
/// subject, the audit trail of a study.
void routes(http::Router& router, App& app);

// Its parts, each in a file of its own.
void form_routes(http::Router& router, App& app, const std::shared_ptr<Heads>& heads);
void life_routes(http::Router& router, App& app, const std::shared_ptr<Heads>& heads);
void trail_routes(http::Router& router, App& app);
void matrix_routes(http::Router& router, App& app);
void change_routes(http::Router& router, App& app);
void activity_routes(http::Router& router, App& app);

/// The scope of a route under /forms/{form}: where the form's subject is. Leaves the FormHead in
/// the request for its handler. Without `heads` the store is asked each time.
http::ScopeOf scope_of_form(App& app, std::shared_ptr<Heads> heads);

}  // namespace cohort::capture
