// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "cohort/identity/identity.h"
#include "cohort/platform/http/router.h"

namespace cohort::identity {

/// Whether a place exists in which a role can be held; asked inside the transaction that gives it.
/// Errors: not_found/study, not_found/site.
using PlaceCheck = std::function<Result<void>(db::Tx&, const Scope&)>;

/// /api/v1/session: who am I, signing in and out, my password.
void session_routes(http::Router& router, Identity& identity);

/// /api/v1/users: accounts and their roles, for those who may manage them; and who has access to a
/// study.
void user_routes(http::Router& router, Identity& identity, PlaceCheck check_place);

}  // namespace cohort::identity
