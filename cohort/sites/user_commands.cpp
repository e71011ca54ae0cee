// SPDX-License-Identifier: Apache-2.0
#include "cohort/sites/user_commands.h"

#include "cohort/identity/grants.h"
#include "cohort/identity/users.h"
#include "cohort/platform/auth/random.h"

namespace cohort::sites {

namespace {

using identity::command_line;
using identity::Holding;

Result<identity::User> user_of(db::Tx& tx, const std::string& login) {
    auto user = TRY(identity::find_user(tx, login));
    if (!user) return not_found("user", "There is no user with this login.");
    return std::move(*user);
}

struct NewPassword {
    std::string text;
    std::string hash;
    bool generated = false;
};

Result<NewPassword> new_password(auth::PasswordHasher& hasher, const std::string& login,
                                 const std::optional<std::string>& wanted) {
    NewPassword password{wanted.value_or(auth::random_password()), {}, !wanted};
    TRY(auth::check_password(password.text, login));
    password.hash = TRY(hasher.hash(auth::Secret{password.text}));
    return password;
}

std::string with_password(std::string line, const NewPassword& password) {
    if (password.generated) line += "Password: " + password.text + "\n";
    return line;
}

Result<Holding> holding_of(db::Tx& tx, const GrantRole& wish, const FindStudy& find_study) {
    Holding holding{.role = TRY(identity::read_role(wish.role)), .from = now()};
    if (wish.until) holding.until = TRY(parse_instant(*wish.until));
    if (wish.study) holding.study = TRY(find_study(tx, *wish.study));
    if (!wish.site) return holding;
    if (!holding.study)
        return invalid("site-without-study", "A role at a site needs the study it is for.");
    const auto site = TRY(find_in_study(tx, *holding.study, *wish.site));
    if (!site) return not_found("site", "The study has no site with this number.");
    holding.site = site->id;
    return holding;
}

std::string place_text(db::Tx& tx, const Holding& holding) {
    std::string text{to_string(holding.role)};
    if (!holding.study) return text + " everywhere";
    if (!holding.site) return text + " in study " + holding.study->text;
    const auto site = get(tx, *holding.site);
    return text + " at " + (site ? site->oid : holding.site->text) + " in study " +
           holding.study->text;
}

}  // namespace

Result<std::string> add_user(db::Db& db, auth::PasswordHasher& hasher, const AddUser& wish) {
    const auto password = TRY(new_password(hasher, wish.login, wish.password));
    const auto user = TRY(db.transact([&](db::Tx& tx) -> Result<identity::User> {
        return identity::create_user(
            tx,
            {.organisation = TRY(organisation_named(tx, wish.organisation)),
             .login = wish.login,
             .name = wish.name,
             .password_hash = password.hash},
            command_line());
    }));
    return with_password("Added " + user.login + ".\n", password);
}

Result<std::string> disable_user(db::Db& db, const std::string& login) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto user = TRY(user_of(tx, login));
        TRY(identity::disable_user(tx, user.id, command_line()));
        return "Disabled " + user.login + " and ended its sessions.\n";
    });
}

Result<std::string> enable_user(db::Db& db, const std::string& login) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto user = TRY(user_of(tx, login));
        TRY(identity::enable_user(tx, user.id, command_line()));
        return "Enabled " + user.login + ".\n";
    });
}

Result<std::string> reset_password(db::Db& db, auth::PasswordHasher& hasher,
                                   const std::string& login,
                                   const std::optional<std::string>& wanted) {
    const auto password = TRY(new_password(hasher, login, wanted));
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto user = TRY(user_of(tx, login));
        TRY(identity::set_password_hash(tx, user.id, password.hash, command_line()));
        return with_password("Changed the password of " + user.login + " and ended its sessions.\n",
                             password);
    });
}

Result<std::string> grant_role(db::Db& db, const GrantRole& wish, const FindStudy& find_study) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto user = TRY(user_of(tx, wish.login));
        const auto holding = TRY(holding_of(tx, wish, find_study));
        TRY(identity::give_role(tx, user.id, holding, command_line()));
        return user.login + " is " + place_text(tx, holding) + ".\n";
    });
}

Result<std::string> revoke_role(db::Db& db, const GrantRole& wish, const FindStudy& find_study) {
    return db.transact([&](db::Tx& tx) -> Result<std::string> {
        const auto user = TRY(user_of(tx, wish.login));
        const auto wanted = TRY(holding_of(tx, wish, find_study));
        int ended = 0;
        for (const auto& grant : TRY(identity::grants_of(tx, user.id))) {
            const auto& held = grant.holding;
            if (held.role != wanted.role || held.study != wanted.study || held.site != wanted.site)
                continue;
            if (held.until && *held.until <= wanted.from) continue;
            TRY(identity::take_role(tx, user.id, grant.id, command_line()));
            ++ended;
        }
        if (ended == 0) return not_found("grant", "The user does not hold this role there.");
        return user.login + " is no longer " + place_text(tx, wanted) + ".\n";
    });
}

Result<std::string> list_users(db::Db& db) {
    constexpr std::int64_t page_size = 500;
    return db.read([&](db::Tx& tx) -> Result<std::string> {
        std::string text;
        const Instant at = now();
        for (std::int64_t offset = 0;; offset += page_size) {
            const auto page = TRY(identity::list_users(tx, offset, page_size));
            for (const auto& user : page.users) {
                text += user.login + "  " + user.name + (user.disabled_at ? "  (disabled)" : "");
                text += "\n";
                for (const auto& held : TRY(identity::rights_of(tx, user.id, at)))
                    text += "    " + place_text(tx, held) + "\n";
            }
            if (offset + page_size >= page.total) return text;
        }
    });
}

}  // namespace cohort::sites
