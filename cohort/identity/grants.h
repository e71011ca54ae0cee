// SPDX-License-Identifier: Apache-2.0
// Roles given to people: who gave which, where, from when to when. A grant is ended, not deleted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort::identity {

using GrantId = Id<struct GrantTag>;

struct Grant {
    GrantId id;
    UserId user;
    Holding holding;
    UserId granted_by;  ///< empty: the command line or the first start
    Instant granted_at;
    std::optional<Instant> revoked_at;
};

/// Gives a role.
/// Errors: not_found/user; invalid/site-without-study; invalid/bad-period (it ends before it
///         begins); refused/own-grant (nobody widens the own rights); conflict/grant-exists (the
///         user holds this role at this place in some of this time already).
Result<Grant> give_role(db::Tx& tx, const UserId& user, const Holding& holding, const Actor& actor);

/// Ends a grant of this user at once; one that has not begun never holds.
/// Errors: not_found/grant; refused/own-grant; refused/last-admin.
Result<void> take_role(db::Tx& tx, const UserId& user, const GrantId& grant, const Actor& actor);

/// What somebody holds now and later. A disabled account holds nothing.
Result<Rights> rights_of(db::Tx& tx, const UserId& user, Instant at);

/// Everything that was ever given to this user, newest first.
Result<std::vector<Grant>> grants_of(db::Tx& tx, const UserId& user);

/// Who could touch this study at a moment, by any grant: the access review.
Result<std::vector<Grant>> grants_in(db::Tx& tx, const StudyId& study, Instant at);

/// The names of those with an enabled account who hold one of these roles at a place at a moment,
/// each once, sorted.
Result<std::vector<std::string>> holders_of(db::Tx& tx, const std::vector<Role>& roles,
                                            const Scope& scope, Instant at);

/// Errors: refused/last-admin when no enabled account may manage accounts everywhere.
Result<void> require_an_admin(db::Tx& tx);

}  // namespace cohort::identity
