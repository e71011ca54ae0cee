// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/users.h"

#include <algorithm>

#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/identity/sessions.h"
#include "cohort/identity/text.h"

namespace cohort::identity {

namespace {

Error unknown_user() {
    return not_found("user", "There is no such user.");
}

User read_user(const db::Row& row) {
    return {.id = row.get<UserId>(0),
            .organisation = row.get<OrganisationId>(1),
            .login = row.get<std::string>(2),
            .name = row.get<std::string>(3),
            .created_at = row.get<Instant>(4),
            .disabled_at = row.get<std::optional<Instant>>(5),
            .last_login_at = row.get<std::optional<Instant>>(6)};
}

}  // namespace

Result<Organisation> create_organisation(db::Tx& tx, const std::string& name, const Actor& actor) {
    const Organisation organisation{new_id<OrganisationId>(), TRY(read_name(name))};
    const auto inserted =
        TRY(tx.run("INSERT INTO organisation (id, name, created_at) VALUES (?, ?, ?)"
                   " ON CONFLICT (name) DO NOTHING",
                   organisation.id, organisation.name, now()));
    if (inserted == 0)
        return conflict("organisation-exists", "There is an organisation with this name.");
    TRY(record(tx, actor, "organisation.created", organisation.id.text));
    return organisation;
}

Result<Organisation> get_organisation(db::Tx& tx, const OrganisationId& id) {
    const auto row = TRY(tx.maybe("SELECT id, name FROM organisation WHERE id = ?", id));
    if (!row) return not_found("organisation", "There is no such organisation.");
    return Organisation{row->get<OrganisationId>(0), row->get<std::string>(1)};
}

Result<std::vector<Organisation>> organisations(db::Tx& tx) {
    std::vector<Organisation> all;
    for (const auto& row : TRY(tx.all("SELECT id, name FROM organisation ORDER BY name")))
        all.push_back({row.get<OrganisationId>(0), row.get<std::string>(1)});
    return all;
}

Result<User> create_user(db::Tx& tx, const NewUser& wish, const Actor& actor) {
    const auto login = TRY(read_login(wish.login));
    const auto name = TRY(read_name(wish.name));
    TRY(get_organisation(tx, wish.organisation));
    const User user{.id = new_id<UserId>(),
                    .organisation = wish.organisation,
                    .login = login,
                    .name = name,
                    .created_at = now(),
                    .disabled_at = {},
                    .last_login_at = {}};
    const auto inserted =
        TRY(tx.run("INSERT INTO user_account (id, organisation_id, login, name, password_hash,"
                   " password_changed_at, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                   " ON CONFLICT (login) DO NOTHING",
                   user.id, user.organisation, user.login, user.name, wish.password_hash,
                   user.created_at, user.created_at, actor.user));
    if (inserted == 0) return conflict("login-taken", "There is a user with this login.");
    TRY(record(tx, actor, "user.created", user.id.text));
    return user;
}

Result<User> get_user(db::Tx& tx, const UserId& id) {
    const auto row = TRY(
        tx.maybe("SELECT id, organisation_id, login, name, created_at, disabled_at, last_login_at"
                 " FROM user_account WHERE id = ?",
                 id));
    if (!row) return unknown_user();
    return read_user(*row);
}

Result<std::optional<User>> find_user(db::Tx& tx, const std::string& login) {
    const auto row = TRY(
        tx.maybe("SELECT id, organisation_id, login, name, created_at, disabled_at, last_login_at"
                 " FROM user_account WHERE login = ?",
                 login));
    if (!row) return std::optional<User>{};
    return std::optional<User>{read_user(*row)};
}

Result<UserPage> list_users(db::Tx& tx, std::int64_t offset, std::int64_t limit) {
    UserPage page;
    page.total = TRY(tx.one("SELECT COUNT(*) FROM user_account")).get<std::int64_t>(0);
    for (const auto& row : TRY(tx.all(
             "SELECT id, organisation_id, login, name, created_at, disabled_at, last_login_at"
             " FROM user_account ORDER BY login LIMIT ? OFFSET ?",
             limit, offset)))
        page.users.push_back(read_user(row));
    return page;
}

Result<void> disable_user(db::Tx& tx, const UserId& id, const Actor& actor) {
    const auto user = TRY(get_user(tx, id));
    if (user.disabled_at) return {};
    if (id == actor.user)
        return refused("own-account", "Nobody can disable the own account; ask another admin.");
    const auto rights = TRY(rights_of(tx, id, now()));
    TRY(tx.put("UPDATE user_account SET disabled_at = ? WHERE id = ?", now(), id));
    const bool was_admin = std::ranges::any_of(rights, [](const Holding& holding) {
        return carries(holding.role, Permission::user_manage);
    });
    if (was_admin) TRY(require_an_admin(tx));
    TRY(end_sessions(tx, id));
    return record(tx, actor, "user.disabled", id.text);
}

Result<void> enable_user(db::Tx& tx, const UserId& id, const Actor& actor) {
    const auto user = TRY(get_user(tx, id));
    if (!user.disabled_at) return {};
    TRY(tx.put("UPDATE user_account SET disabled_at = NULL WHERE id = ?", id));
    return record(tx, actor, "user.enabled", id.text);
}

Result<void> set_password_hash(db::Tx& tx, const UserId& id, const std::string& hash,
                               const Actor& actor) {
    const auto changed = TRY(
        tx.run("UPDATE user_account SET password_hash = ?, password_changed_at = ? WHERE id = ?",
               hash, now(), id));
    if (changed == 0) return unknown_user();
    TRY(end_sessions(tx, id));
    return record(tx, actor, "user.password-changed", id.text);
}

}  // namespace cohort::identity
