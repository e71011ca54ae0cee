// SPDX-License-Identifier: Apache-2.0
// What an empty store is given, so that somebody can sign in and look around.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cohort/identity/roles.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/db/db.h"
#include "cohort/sites/sites.h"

namespace cohort::sites {

struct DemoUser {
    identity::Role role;
    UserId id;
    std::string login;  ///< "coordinator@demo"
    std::string name;
    std::string password;  ///< generated; known to nobody else
};

/// The demo organisation: two sites and one user for each role.
struct Demo {
    OrganisationId organisation;
    std::vector<Site> sites;
    std::vector<DemoUser> users;
};

/// Puts the demo study into the store, inside the transaction that creates the rest.
using ImportStudy = std::function<Result<StudyId>(db::Tx&)>;

/// Creates the demo organisation unless there is any organisation: accounts, sites, the study that
/// `import_study` puts there (pass none to go without), both sites active in it, and the roles: at
/// the first site for site staff, for the study or everywhere for the others. All of it or nothing.
///
/// Shape:  nothing when the store is not empty. The logins and passwords are written to
///         `passwords_file` (0600) before the accounts exist, so that no crash can lose them.
/// Errors: those of PasswordHasher, replace_private(), import_study and the store.
/// Blocks: the goroutine for some seconds: fifteen passwords are hashed.
Result<std::optional<Demo>> first_start(db::Db& db, auth::PasswordHasher& hasher,
                                        const std::filesystem::path& passwords_file,
                                        const ImportStudy& import_study);

/// The lines of the passwords file: login, password and role of each user.
std::string demo_users_text(const Demo& demo);

}  // namespace cohort::sites
