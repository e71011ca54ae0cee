// SPDX-License-Identifier: Apache-2.0
// For tests of events: a store with the whole schema, in SQLite or PostgreSQL, and a table of
// effects that would show an event that was lost or acted on twice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/blocking.h"
#include "weft/ensure.h"
#include "weft/run.h"

#include "cohort/migrations/migrations.h"
#include "cohort/platform/events/bus.h"
#include "tests/support/postgres.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::events {

enum class In : bool { sqlite, postgresql };

/// Lives inside weft::run; in SQLite also inside weft::sim::run.
struct TestOutbox {
    explicit TestOutbox(In in = In::sqlite) {
        options.folder = folder.path();
        options.synchronous = db::Synchronous::off;  // it has tests of its own
        if (in == In::postgresql)
            options.postgres = weft::blocking("create a database", [] {
                return test::PostgresServer::shared().create_database();
            });
        db = db::Db::open(options).value();
        db::migrate(*db, migrations::all()).value();
        db->transact([](db::Tx& tx) {
              return tx.script("CREATE TABLE effect (who TEXT, position BIGINT, name TEXT)");
          }).value();
    }

    /// In one unit, which must succeed.
    template <class F>
    auto write(F f) {
        auto result = db->transact(std::move(f));
        ENSURE(result.ok(), (result.error().code + ": " + result.error().text).c_str());
        if constexpr (!std::is_same_v<decltype(result), Result<void>>) return *std::move(result);
    }
    std::int64_t number(const std::string& sql) {
        return db
            ->read([&](db::Tx& tx) -> Result<std::int64_t> {
                return TRY(tx.one(sql)).get<std::int64_t>(0);
            })
            .value();
    }

    void publish(const std::string& key, const std::string& name,
                 const std::string& topic = "thing.changed") {
        write([&](db::Tx& tx) { return events::publish(tx, topic, key, {{"name", name}}); });
    }
    void number_all() {
        while (number_some(*db).value() > 0) {
        }
    }
    /// The names of the events that somebody acted on, in that order.
    std::string acted(const std::string& who = "follower") {
        return db
            ->read([&](db::Tx& tx) -> Result<std::string> {
                std::string names;
                for (const db::Row& row :
                     TRY(tx.all("SELECT name FROM effect WHERE who = ? ORDER BY position", who)))
                    names += row.get<std::string>(0) + " ";
                return names;
            })
            .value();
    }
    std::int64_t rows(const std::string& what) { return number("SELECT count(*) FROM " + what); }

    test::TempFolder folder;
    db::Options options;
    std::unique_ptr<db::Db> db;
};

inline std::string name_of(const Event& event) {
    return json::get_string(json::parse(event.body).value().as_object(), "name").value();
}

/// An effect that counts: the order of the acts is the effects' position.
inline Result<void> note(db::Tx& tx, const char* who, const Event& event) {
    TRY(tx.run("INSERT INTO effect (who, position, name) SELECT ?, count(*) + 1, ? FROM effect",
               who, name_of(event)));
    return {};
}

inline Subscriber follower(const char* name = "follower") {
    return {.name = name, .topic = "thing.changed", .act = [name](db::Tx& tx, const Event& event) {
                return note(tx, name, event);
            }};
}

/// Runs `body(TestOutbox&)` in both stores.
template <class F>
void in_both_stores(F body) {
    for (const In in : {In::sqlite, In::postgresql}) {
        weft::Options options;
        options.workers = 2;
        CHECK(weft::run(options, [&] {
                  TestOutbox outbox(in);
                  body(outbox);
              }) == 0);
    }
}

}  // namespace cohort::events
