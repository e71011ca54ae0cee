// SPDX-License-Identifier: Apache-2.0
#include "tests/world/estate.h"

#include "weft/ensure.h"

#include "cohort/identity/users.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "tests/world/people.h"

namespace tests {

using namespace cohort;

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
