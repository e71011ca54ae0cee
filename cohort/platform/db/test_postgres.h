// SPDX-License-Identifier: Apache-2.0
// For tests of the store in PostgreSQL: a database of the test's own, with a table.
#pragma once

#include <memory>
#include <string>

#include "weft/blocking.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/db/db.h"
#include "tests/support/postgres.h"
#include "tests/support/test.h"

namespace cohort::db {

inline Options options_for(const std::string& url) {
    Options options;
    options.postgres = url;
    options.synchronous = Synchronous::off;  // the tests' server does without
    return options;
}

inline Result<std::int64_t> count_in(Tx& tx) {
    return TRY(tx.one("SELECT count(*) FROM item")).get<std::int64_t>(0);
}

inline std::string new_database(test::PostgresServer& on = test::PostgresServer::shared()) {
    return weft::blocking("create a database", [&] { return on.create_database(); });
}

struct World {
    explicit World(const std::string& database = new_database()) : World(options_for(database)) {}
    explicit World(const Options& options) : url(options.postgres) {
        db = Db::open(options).value();
        db->transact([](Tx& tx) {
              return tx.script("CREATE TABLE item (number BIGINT PRIMARY KEY, name TEXT)");
          }).value();
    }
    Result<void> insert(std::int64_t number) {
        return db->transact([=](Tx& tx) -> Result<void> {
            TRY(tx.run("INSERT INTO item (number) VALUES (?)", number));
            return {};
        });
    }
    std::int64_t count() { return db->read(count_in).value(); }
    std::int64_t number(const char* sql) {
        return db
            ->read([&](Tx& tx) -> Result<std::int64_t> {
                return TRY(tx.one(sql)).get<std::int64_t>(0);
            })
            .value();
    }
    // Until the server itself says so.
    void wait_until(const char* sql) {
        while (number(sql) == 0) weft::yield();
    }

    std::string url;
    std::unique_ptr<Db> db;
};

template <class F>
void in_runtime(F body) {
    weft::Options options;
    options.workers = 2;
    CHECK(weft::run(options, [&] { body(); }) == 0);
}

}  // namespace cohort::db
