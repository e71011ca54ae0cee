// SPDX-License-Identifier: Apache-2.0
// A store with an organisation, for tests.
#pragma once

#include <memory>
#include <string>

#include "weft/sim.h"

#include "cohort/audit/audit.h"
#include "cohort/identity/users.h"
#include "cohort/migrations/migrations.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/db/migrate.h"
#include "cohort/sites/sites.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::sites {

using identity::command_line;

inline const StudyId study{"00000000-0000-7000-8000-00000000000a"};

/// The world's one study, as a person types it.
inline Result<StudyId> find_study(db::Tx&, const std::string& oid) {
    if (oid == "HTN") return study;
    return not_found("study", "There is no such study.");
}

/// What a command printed, or the code of its error.
inline std::string said(const Result<std::string>& result) {
    return result ? *result : result.error().code;
}

struct EmptyWorld {
    EmptyWorld() {
        db::Options options;
        options.folder = folder.path();
        db = db::Db::open(options).value();
        const auto applied = db::migrate(*db, migrations::all());
        ENSURE(applied.ok(), "the schema applies to an empty store");
    }

    template <class F>
    auto write(F f) {
        return db->transact(std::move(f));
    }
    template <class F>
    auto read(F f) {
        return db->read(std::move(f)).value();
    }

    std::int64_t records(const std::string& action) {
        audit::Filter filter;
        filter.action = action;
        return read([&](db::Tx& tx) { return audit::history(tx, filter, {}); }).total;
    }

    test::TempFolder folder;
    std::unique_ptr<db::Db> db;
    auth::PasswordHasher hasher{{.cost = {.memory_bytes = 8192, .passes = 1}}};
};

struct World : EmptyWorld {
    World() {
        organisation = write([](db::Tx& tx) {
                           return identity::create_organisation(tx, "Riverside", command_line());
                       })
                           .value()
                           .id;
    }

    SiteId site(const std::string& oid) {
        return write([&](db::Tx& tx) {
                   return create(tx, {organisation, oid, "Site " + oid, "Asia/Shanghai"},
                                 command_line());
               })
            .value()
            .id;
    }

    std::string activate(const StudyId& study, const SiteId& site,
                         std::optional<std::string> oid = {}) {
        const auto done = write(
            [&](db::Tx& tx) { return sites::activate(tx, study, site, command_line(), oid); });
        return done ? "ok" : done.error().code;
    }

    OrganisationId organisation;
};

/// Runs a test's body in a fresh world under virtual time.
template <class W = World, class F>
void in_world(F f) {
    CHECK(weft::sim::run(1, [&] {
              W world;
              f(world);
          }) == 0);
}

}  // namespace cohort::sites
