// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/grants.h"

#include <algorithm>
#include <set>

#include "weft/ensure.h"

#include "cohort/identity/record.h"
#include "cohort/identity/users.h"

namespace cohort::identity {

namespace {

// A word in the table that this program does not know comes from a newer one: it gives no right.
std::optional<Holding> read_holding(const db::Row& row, int column) {
    const auto role = parse_role(row.get<std::string>(column));
    if (!role) return std::nullopt;
    return Holding{.role = *role,
                   .study = row.get<std::optional<StudyId>>(column + 1),
                   .site = row.get<std::optional<SiteId>>(column + 2),
                   .from = row.get<Instant>(column + 3),
                   .until = row.get<std::optional<Instant>>(column + 4)};
}

std::optional<Grant> read_grant(const db::Row& row) {
    auto holding = read_holding(row, 2);
    if (!holding) return std::nullopt;
    return Grant{.id = row.get<GrantId>(0),
                 .user = row.get<UserId>(1),
                 .holding = std::move(*holding),
                 .granted_by = row.get<std::optional<UserId>>(7).value_or(UserId{}),
                 .granted_at = row.get<Instant>(8),
                 .revoked_at = row.get<std::optional<Instant>>(9)};
}

std::vector<Grant> read_grants(const db::Rows& rows) {
    std::vector<Grant> grants;
    for (const auto& row : rows)
        if (auto grant = read_grant(row)) grants.push_back(std::move(*grant));
    return grants;
}

bool overlap(const Holding& a, const Holding& b) {
    return (!a.until || b.from < *a.until) && (!b.until || a.from < *b.until);
}

Result<void> check_new(const UserId& user, const Holding& holding, const Actor& actor) {
    if (holding.site && !holding.study)
        return invalid("site-without-study", "A role at a site needs the study it is for.");
    if (holding.until && *holding.until <= holding.from)
        return invalid("bad-period", "A role must end after it begins.");
    if (user == actor.user)
        return refused("own-grant", "Nobody can change the own roles; ask another admin.");
    return {};
}

Result<void> record_grant(db::Tx& tx, const char* action, const Grant& grant, const Actor& actor) {
    auto entry = entry_of(actor, action, grant.user.text);
    if (grant.holding.study) entry.study = *grant.holding.study;
    if (grant.holding.site) entry.site = *grant.holding.site;
    entry.detail = {{"role", to_string(grant.holding.role)},
                    {"grant", grant.id.text},
                    {"from", to_rfc3339(grant.holding.from)}};
    if (grant.holding.until) entry.detail["until"] = to_rfc3339(*grant.holding.until);
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace

Result<Grant> give_role(db::Tx& tx, const UserId& user, const Holding& holding,
                        const Actor& actor) {
    TRY(check_new(user, holding, actor));
    TRY(get_user(tx, user));
    for (const Grant& held : TRY(grants_of(tx, user)))
        if (held.holding.role == holding.role && held.holding.study == holding.study &&
            held.holding.site == holding.site && overlap(held.holding, holding))
            return conflict("grant-exists", "The user holds this role there already.");
    const Grant grant{.id = new_id<GrantId>(),
                      .user = user,
                      .holding = holding,
                      .granted_by = actor.user,
                      .granted_at = now(),
                      .revoked_at = {}};
    TRY(
        tx.put("INSERT INTO role_grant (id, user_id, role, study_id, site_id, from_at, until_at,"
               " granted_by, granted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
               grant.id, user, to_string(holding.role), holding.study, holding.site, holding.from,
               holding.until, grant.granted_by, grant.granted_at));
    TRY(record_grant(tx, "role.granted", grant, actor));
    return grant;
}

Result<void> take_role(db::Tx& tx, const UserId& user, const GrantId& id, const Actor& actor) {
    const auto row = TRY(tx.maybe(
        "SELECT id, user_id, role, study_id, site_id, from_at, until_at, granted_by, granted_at,"
        " revoked_at FROM role_grant WHERE id = ? AND user_id = ?",
        id, user));
    const auto grant = row ? read_grant(*row) : std::nullopt;
    if (!grant) return not_found("grant", "There is no such grant.");
    if (user == actor.user)
        return refused("own-grant", "Nobody can change the own roles; ask another admin.");
    const Instant at = now();
    if (grant->holding.until && *grant->holding.until <= at) return {};
    const Instant until = std::max(at, grant->holding.from);
    TRY(tx.put("UPDATE role_grant SET until_at = ?, revoked_by = ?, revoked_at = ? WHERE id = ?",
               until, actor.user, at, id));
    if (carries(grant->holding.role, Permission::user_manage)) TRY(require_an_admin(tx));
    return record_grant(tx, "role.revoked", *grant, actor);
}

Result<Rights> rights_of(db::Tx& tx, const UserId& user, Instant at) {
    Rights rights;
    for (const auto& row : TRY(tx.all(
             "SELECT role_grant.role, role_grant.study_id, role_grant.site_id, role_grant.from_at,"
             " role_grant.until_at FROM role_grant"
             " JOIN user_account ON user_account.id = role_grant.user_id"
             " WHERE role_grant.user_id = ? AND user_account.disabled_at IS NULL"
             " AND (role_grant.until_at IS NULL OR role_grant.until_at > ?)"
             " ORDER BY role_grant.granted_at, role_grant.id",
             user, at)))
        if (auto holding = read_holding(row, 0)) rights.push_back(std::move(*holding));
    return rights;
}

Result<std::vector<Grant>> grants_of(db::Tx& tx, const UserId& user) {
    return read_grants(TRY(tx.all(
        "SELECT id, user_id, role, study_id, site_id, from_at, until_at, granted_by, granted_at,"
        " revoked_at FROM role_grant WHERE user_id = ? ORDER BY granted_at DESC, id DESC",
        user)));
}

Result<std::vector<Grant>> grants_in(db::Tx& tx, const StudyId& study, Instant at) {
    return read_grants(TRY(tx.all(
        "SELECT id, user_id, role, study_id, site_id, from_at, until_at, granted_by, granted_at,"
        " revoked_at FROM role_grant WHERE (study_id = ? OR study_id IS NULL) AND from_at <= ?"
        " AND (until_at IS NULL OR until_at > ?) ORDER BY granted_at, id",
        study, at, at)));
}

Result<std::vector<std::string>> holders_of(db::Tx& tx, const std::vector<Role>& roles,
                                            const Scope& scope, Instant at) {
    std::set<std::string> names;
    for (const auto& row :
         TRY(tx.all("SELECT role_grant.role, user_account.name FROM role_grant"
                    " JOIN user_account ON user_account.id = role_grant.user_id"
                    " WHERE user_account.disabled_at IS NULL AND role_grant.from_at <= ?"
                    " AND (role_grant.until_at IS NULL OR role_grant.until_at > ?)"
                    " AND (role_grant.study_id IS NULL OR role_grant.study_id = ?)"
                    " AND (role_grant.site_id IS NULL OR role_grant.site_id = ?)",
                    at, at, scope.study, scope.site))) {
        const auto role = parse_role(row.get<std::string>(0));
        if (role && std::ranges::find(roles, *role) != roles.end())
            names.insert(row.get<std::string>(1));
    }
    return std::vector<std::string>(names.begin(), names.end());
}

Result<void> require_an_admin(db::Tx& tx) {
    const Instant at = now();
    for (const auto& row :
         TRY(tx.all("SELECT role_grant.role FROM role_grant"
                    " JOIN user_account ON user_account.id = role_grant.user_id"
                    " WHERE user_account.disabled_at IS NULL AND role_grant.study_id IS NULL"
                    " AND role_grant.from_at <= ?"
                    " AND (role_grant.until_at IS NULL OR role_grant.until_at > ?)",
                    at, at))) {
        const auto role = parse_role(row.get<std::string>(0));
        if (role && carries(*role, Permission::user_manage)) return {};
    }
    return refused("last-admin", "Somebody must remain who can manage accounts.");
}

}  // namespace cohort::identity
