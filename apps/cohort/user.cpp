// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <iostream>
#include <string>

#include "weft/blocking.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/identity_settings.h"
#include "apps/cohort/store.h"
#include "cohort/sites/user_commands.h"

namespace cohort::app {

static Result<std::optional<std::string>> read_password(const User& command) {
    if (!command.password_from_stdin) return std::optional<std::string>{};
    return weft::blocking("read the password", []() -> Result<std::optional<std::string>> {
        std::string line;
        if (!std::getline(std::cin, line))
            return invalid("no-password", "There is no password on standard input.");
        return std::optional<std::string>{std::move(line)};
    });
}

static Result<std::string> act_on(db::Db& db, const User& command, const config::Config& config) {
    auth::PasswordHasher hasher{hasher_options(config)};
    const sites::GrantRole role{.login = command.login,
                                .role = command.role,
                                .study = command.study,
                                .site = command.site,
                                .until = command.until};
    switch (command.act) {
        case User::Act::add:
            return sites::add_user(db, hasher,
                                   {.login = command.login,
                                    .name = command.name,
                                    .organisation = command.organisation,
                                    .password = TRY(read_password(command))});
        case User::Act::reset_password:
            return sites::reset_password(db, hasher, command.login, TRY(read_password(command)));
        case User::Act::disable:
            return sites::disable_user(db, command.login);
        case User::Act::enable:
            return sites::enable_user(db, command.login);
        case User::Act::grant:
            return sites::grant_role(db, role, find_study);
        case User::Act::revoke:
            return sites::revoke_role(db, role, find_study);
        case User::Act::list:
            return sites::list_users(db);
    }
    return internal("unknown-act", "This is not an act on accounts.");
}

Result<int> run(const User& command, const config::Config& config) {
    const auto act = [&](db::Db& db) { return act_on(db, command, config); };
    const bool only_reads = command.act == User::Act::list;
    std::fputs(TRY(in_store(config, only_reads, act)).c_str(), stdout);
    return 0;
}

}  // namespace cohort::app
