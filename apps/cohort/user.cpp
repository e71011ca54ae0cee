// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <iostream>
#include <string>

#include "weft/blocking.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/identity_settings.h"
#include "apps/cohort/store.h"
#include "cohort/sites/user_commands.h"
#include "cohort/study/store.h"

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

static Result<StudyId> find_study(db::Tx& tx, const std::string& oid) {
    const auto study = TRY(study::find(tx, oid));
    if (!study) return not_found("study", "There is no study with the OID " + oid + ".");
    return study->id;
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
    std::string text;
    if (command.act == User::Act::list) {  // beside a running server too
        const auto db = TRY(open_store_to_read(config));
        text = TRY(act_on(*db, command, config));
    } else {
        const Store store = TRY(open_store(config));
        text = TRY(act_on(*store.db, command, config));
    }
    std::fputs(text.c_str(), stdout);
    return 0;
}

}  // namespace cohort::app
