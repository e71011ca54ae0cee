// SPDX-License-Identifier: Apache-2.0
#include "cohort/migrations/migrations.h"

#include "weft/run.h"

#include "cohort/migrations/test_store.h"
#include "tests/support/test.h"

namespace cohort::migrations {

TEST_CASE("an empty store takes every step, and a store that has them takes none") {
    CHECK(weft::run([] {
              TestStore store;
              CHECK(db::migrate(*store.db, all()).value().empty());
              const auto had = store.db->read([](db::Tx& tx) -> Result<std::int64_t> {
                  return TRY(tx.one("SELECT count(*) FROM schema_version")).get<std::int64_t>(0);
              });
              CHECK(had.value() == static_cast<std::int64_t>(all().size()));
          }) == 0);
}

TEST_CASE("the steps avoid what SQLite and PostgreSQL do not share") {
    for (const db::Migration& step : all()) {
        CAPTURE(step.name);
        for (const char* word : {"AUTOINCREMENT", "INSERT OR", "WITHOUT ROWID", "STRICT;", "PRAGMA",
                                 "DEFERRABLE", "datetime(", "strftime("})
            CHECK(step.sql.find(word) == std::string_view::npos);
    }
}

}  // namespace cohort::migrations
