// SPDX-License-Identifier: Apache-2.0
// The description of the API, made from the routes themselves, and what holds answers against it.
#pragma once

#include <string>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/platform/http/router.h"

namespace cohort::http {

/// What the routes do not say of themselves.
struct Api {
    std::string title;
    std::string version;
    std::string session_cookie;
};

/// Every status that a route can answer with, ascending: its own, and those that follow from who
/// may call it and from what it takes.
std::vector<int> statuses_of(const Route& route);

/// Every route with its parameters, bodies, answers and who may call it.
/// Source: OpenAPI 3.1.0; `x-cohort-access` is ours.
json::object describe(const Router& router, const Api& api);

/// What an answer has that its route does not say; empty when nothing.
std::string undescribed(const Route& route, const Reply& reply);

/// Adds GET /api/v1/openapi.json. The last route to be added: it describes all that are there.
void add_description(Router& router, const Api& api);

}  // namespace cohort::http
