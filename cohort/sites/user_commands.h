// SPDX-License-Identifier: Apache-2.0
// `cohort user …`: accounts from the machine's own command line, for the first admin and for the
// day when nobody can sign in any more.
#pragma once

#include <optional>
#include <string>

#include "cohort/platform/auth/password.h"
#include "cohort/platform/db/db.h"
#include "cohort/sites/named.h"

namespace cohort::sites {

struct AddUser {
    std::string login;
    std::string name;
    std::optional<std::string> organisation = {};  ///< by name, created when new; or the only one
    std::optional<std::string> password = {};      ///< absent: one is generated and shown
};

struct GrantRole {
    std::string login;
    std::string role;
    std::optional<std::string> study = {};  ///< OID; absent: all studies
    std::optional<std::string> site = {};   ///< the site's number in the study
    std::optional<std::string> until = {};  ///< RFC 3339
};

/// Each returns what to print, lines ended.
/// Errors: those of identity's functions; not_found/user, refused/which-organisation,
///         refused/unknown-role, refused/password-….
Result<std::string> add_user(db::Db& db, auth::PasswordHasher& hasher, const AddUser& wish);
Result<std::string> disable_user(db::Db& db, const std::string& login);
Result<std::string> enable_user(db::Db& db, const std::string& login);
Result<std::string> reset_password(db::Db& db, auth::PasswordHasher& hasher,
                                   const std::string& login,
                                   const std::optional<std::string>& password);
Result<std::string> grant_role(db::Db& db, const GrantRole& wish, const FindStudy& find_study);
Result<std::string> revoke_role(db::Db& db, const GrantRole& wish, const FindStudy& find_study);
Result<std::string> list_users(db::Db& db);

}  // namespace cohort::sites
