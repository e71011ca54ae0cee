// SPDX-License-Identifier: Apache-2.0
// Accounts. One person, one account, for ever: a login is never given to somebody else, and an
// account is disabled, not deleted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/db/tx.h"

namespace cohort::identity {

struct Organisation {
    OrganisationId id;
    std::string name;
};

/// Errors: invalid/bad-name, conflict/organisation-exists.
Result<Organisation> create_organisation(db::Tx& tx, const std::string& name, const Actor& actor);

/// Errors: not_found/organisation.
Result<Organisation> get_organisation(db::Tx& tx, const OrganisationId& id);

/// Every organisation, by name.
Result<std::vector<Organisation>> organisations(db::Tx& tx);

struct User {
    UserId id;
    OrganisationId organisation;
    std::string login;
    std::string name;
    Instant created_at;
    std::optional<Instant> disabled_at;  ///< since then nobody signs in with it; none: it is open
    std::optional<Instant> last_login_at;
};

struct NewUser {
    OrganisationId organisation;
    std::string login;
    std::string name;
    std::string password_hash;  ///< what PasswordHasher::hash() gave, never the password
};

/// Errors: invalid/bad-login, invalid/bad-name, not_found/organisation, conflict/login-taken.
Result<User> create_user(db::Tx& tx, const NewUser& wish, const Actor& actor);

/// Errors: not_found/user.
Result<User> get_user(db::Tx& tx, const UserId& id);

/// The account with this login, disabled ones included.
Result<std::optional<User>> find_user(db::Tx& tx, const std::string& login);

struct UserPage {
    std::vector<User> users;  ///< by login
    std::int64_t total = 0;
};
Result<UserPage> list_users(db::Tx& tx, std::int64_t offset, std::int64_t limit);

/// Ends the account's sessions and lets nobody sign in with it. Twice is once.
/// Errors: not_found/user; refused/own-account; refused/last-admin when nobody could manage
///         accounts any more.
Result<void> disable_user(db::Tx& tx, const UserId& id, const Actor& actor);

/// Errors: not_found/user.
Result<void> enable_user(db::Tx& tx, const UserId& id, const Actor& actor);

/// Sets a new password's hash and ends the account's sessions, all of them.
/// Errors: not_found/user.
Result<void> set_password_hash(db::Tx& tx, const UserId& id, const std::string& hash,
                               const Actor& actor);

}  // namespace cohort::identity
