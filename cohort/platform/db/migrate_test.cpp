// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/migrate.h"

#include "weft/run.h"

#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

struct World {
    World() {
        Options options;
        options.folder = folder.path();
        db = Db::open(options).value();
    }
    Result<std::vector<int>> migrate(std::vector<Migration> steps) {
        return db::migrate(*db, steps);
    }
    bool has_table(const std::string& name) {
        return db
            ->read([&](Tx& tx) -> Result<bool> {
                return TRY(tx.maybe("SELECT 1 FROM sqlite_schema WHERE name = ?", name))
                    .has_value();
            })
            .value();
    }

    test::TempFolder folder;
    std::unique_ptr<Db> db;
};

const Migration one{1, "one", "CREATE TABLE one (x TEXT); INSERT INTO one VALUES ('a');"};
const Migration two{2, "two", "CREATE TABLE two (x TEXT);"};
const Migration wrong{3, "wrong", "CREATE TABLE three (x TEXT); CREATE TABLE one (x TEXT);"};

template <class F>
void in_runtime(F body) {
    CHECK(weft::run([&] { body(); }) == 0);
}

}  // namespace

TEST_CASE("steps are applied once each, in the order of their numbers") {
    in_runtime([] {
        World world;
        CHECK(world.migrate({two, one}).value() == std::vector{1, 2});
        CHECK(world.migrate({one, two}).value().empty());
        CHECK(world.has_table("two"));
    });
}

TEST_CASE("a step that arrives later is applied later") {
    in_runtime([] {
        World world;
        CHECK(world.migrate({two}).value() == std::vector{2});
        CHECK(world.migrate({one, two}).value() == std::vector{1});
    });
}

TEST_CASE("a step that fails leaves nothing of itself and is named") {
    in_runtime([] {
        World world;
        const auto outcome = world.migrate({one, two, wrong});
        CHECK(outcome.error().kind == ErrorKind::internal);
        CHECK(outcome.error().text.find("0003_wrong") != std::string::npos);
        CHECK(world.has_table("two"));
        CHECK_FALSE(world.has_table("three"));
        CHECK(world.migrate({one, two}).value().empty());
    });
}

TEST_CASE("a store of a newer version is refused") {
    in_runtime([] {
        World world;
        REQUIRE(world.migrate({one, two}).ok());
        CHECK(world.migrate({one}).error().code == "schema-newer");
    });
}

TEST_CASE("a step that was edited after it was applied is refused by name") {
    in_runtime([] {
        World world;
        REQUIRE(world.migrate({one}).ok());
        const auto outcome = world.migrate({{1, "one", "CREATE TABLE one (y TEXT);"}, two});
        CHECK(outcome.error().code == "schema-changed");
        CHECK(outcome.error().text.find("0001_one") != std::string::npos);
        CHECK_FALSE(world.has_table("two"));
    });
}

}  // namespace cohort::db
