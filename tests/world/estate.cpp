// SPDX-License-Identifier: Apache-2.0
#include "tests/world/estate.h"

#include "weft/ensure.h"

#include "cohort/identity/users.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "tests/world/people.h"

namespace tests {

using namespace cohort;

// Sessions that were good and are not any more.
static Result<void> add_shut_out(db::Tx& tx, const OrganisationId& organisation,
                                 std::map<std::string, std::string, std::less<>>& tokens) {
    const auto id_of = [&](const char* login) -> Result<UserId> {
        return UserId{TRY(tx.one("SELECT id FROM user_account WHERE login = ?", std::string(login)))
                          .get<std::string>(0)};
    };
    for (const char* login : {"disabled", "expired", "idle"})
        tokens[login] = TRY(add_person(tx, organisation, login, {.role = identity::Role::admin}));
    TRY(identity::disable_user(tx, TRY(id_of("disabled")), identity::command_line()));
    const Instant at = now();
    TRY(tx.run("UPDATE session SET expires_at = ? WHERE user_id = ?", Instant{at.ms - 1},
               TRY(id_of("expired"))));
    const identity::Lifetimes lifetimes;
    const auto idle = std::chrono::milliseconds(lifetimes.idle).count();
    TRY(tx.run("UPDATE session SET last_seen_at = ? WHERE user_id = ?", Instant{at.ms - idle},
               TRY(id_of("idle"))));
    return {};
}

static Result<Estate> lay_estate_in(db::Tx& tx, Estate estate) {
    const identity::Actor actor = identity::command_line();
    Ground& ground = estate.ground;
    estate.other_study = TRY(study::store(tx, test_study("ST.2"), {}, {}));
    TRY(sites::activate(tx, estate.other_study, ground.site_a, actor));
    const auto hospital = TRY(identity::create_organisation(tx, "Another hospital", actor)).id;
    for (const identity::Role role : identity::all_roles) {
        const std::string word{identity::to_string(role)};
        ground.tokens[word + "@site"] =
            TRY(add_person(tx, hospital, word + "@site",
                           {.role = role, .study = ground.study, .site = ground.site_a}));
        ground.tokens[word + "@all"] = TRY(add_person(tx, hospital, word + "@all", {.role = role}));
    }
    TRY(add_shut_out(tx, hospital, ground.tokens));
    estate.victim = TRY(identity::create_user(tx,
                                              {.organisation = hospital,
                                               .login = "victim",
                                               .name = "Victim",
                                               .password_hash = "none"},
                                              actor))
                        .id;
    return estate;
}

Estate lay_estate(db::Db& db) {
    const Ground ground = lay_ground(db);
    auto estate = db.transact([&](db::Tx& tx) { return lay_estate_in(tx, {.ground = ground}); });
    ENSURE(estate.ok(), estate.error().text.c_str());
    return *estate;
}

}  // namespace tests
