// SPDX-License-Identifier: Apache-2.0
// The store in PostgreSQL as its callers see it, against a real server.
#include <atomic>
#include <chrono>
#include <limits>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "cohort/platform/db/db.h"
#include "cohort/platform/db/migrate.h"
#include "cohort/platform/db/test_postgres.h"
#include "tests/support/goroutines.h"
#include "tests/support/postgres.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

using namespace std::chrono_literals;

constexpr const char* somebody_sleeps =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' "
    "AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";

constexpr const char* nobody_sleeps =
    "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = current_database() AND state = "
    "'active' AND query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()";

Result<void> sleep_for_ever(Tx& tx) {
    TRY(tx.all("SELECT 'x' FROM pg_sleep(100000)"));
    return {};
}

}  // namespace

TEST_CASE("PostgreSQL: what is committed is read by everybody and stays when the store is closed") {
    in_runtime([] {
        World world;
        REQUIRE(world.insert(1).ok());
        CHECK(world.count() == 1);
        const auto other = Db::open(options_for(world.url)).value();
        CHECK(other->read(count_in).value() == 1);
        world.db.reset();
        CHECK(other->read(count_in).value() == 1);
        CHECK(other->check().ok());
        CHECK(other->stats().kind == "postgresql");
        CHECK(other->stats().bytes > 0);
    });
}

TEST_CASE("PostgreSQL: concurrent units are committed once each") {
    test::for_each_worker_count([] {
        World world;
        weft::scope([&](weft::Scope& s) {
            for (std::int64_t i = 0; i < 300; ++i)
                s.go([&, i] {
                    auto stored = world.insert(i);
                    CHECK(stored.ok());
                });
        });
        CHECK(world.count() == 300);
        CHECK(world.db->stats().units == 301);
        CHECK(world.db->stats().waiting == 0);
    });
}

TEST_CASE("PostgreSQL: a unit that fails by its rule, or throws, leaves nothing behind") {
    in_runtime([] {
        World world;
        const auto refusal = world.db->transact([](Tx& tx) -> Result<void> {
            TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
            return refused("rule", "no");
        });
        CHECK(refusal.error().code == "rule");
        const auto throws = [&] {
            (void)world.db->transact([](Tx& tx) -> Result<void> {
                TRY(tx.run("INSERT INTO item (number) VALUES (2)"));
                throw 7;
            });
        };
        CHECK_THROWS_AS(throws(), int);
        CHECK(world.insert(1).ok());
        CHECK(world.count() == 1);
        CHECK(world.db->stats().units == 2);  // the table and one item
    });
}

TEST_CASE("PostgreSQL: after a failed statement a unit can only fail, whatever it returns") {
    in_runtime([] {
        World world;
        REQUIRE(world.insert(1).ok());
        const auto outcome = world.db->transact([](Tx& tx) -> Result<void> {
            TRY(tx.run("INSERT INTO item (number) VALUES (2)"));
            (void)tx.run("INSERT INTO item (number) VALUES (1)");
            CHECK(tx.all("SELECT 1").error().code == "already-exists");
            return {};
        });
        CHECK(outcome.error().kind == ErrorKind::conflict);
        CHECK(outcome.error().code == "already-exists");
        CHECK(world.count() == 1);
    });
}

TEST_CASE("PostgreSQL: what is put is there for what the unit asks next, and after its commit") {
    in_runtime([] {
        World world;
        const auto counted = world.db->transact([](Tx& tx) -> Result<std::int64_t> {
            for (std::int64_t i = 0; i < 300; ++i)  // more than go together
                TRY(tx.put("INSERT INTO item (number) VALUES (?)", i));
            const auto before = TRY(count_in(tx));
            TRY(tx.put("INSERT INTO item (number) VALUES (?)", std::int64_t{300}));
            return before;
        });
        CHECK(counted.value() == 300);
        CHECK(world.count() == 301);
    });
}

TEST_CASE("PostgreSQL: what is put and cannot be fails its unit, and nothing of it is stored") {
    in_runtime([] {
        World world;
        REQUIRE(world.insert(1).ok());
        const auto put = [](Tx& tx, std::int64_t number) {
            return tx.put("INSERT INTO item (number) VALUES (?)", number);
        };
        // Heard with the commit.
        const auto last = world.db->transact([&](Tx& tx) -> Result<void> {
            TRY(put(tx, 2));
            return put(tx, 1);
        });
        CHECK(last.error().code == "already-exists");
        // Heard by the next question, and by all after it.
        const auto before = world.db->transact([&](Tx& tx) -> Result<void> {
            TRY(put(tx, 1));
            CHECK(count_in(tx).error().code == "already-exists");
            CHECK(put(tx, 3).error().code == "already-exists");
            return {};
        });
        CHECK(before.error().code == "already-exists");
        // Never sent: nobody else's statement brings it along.
        const auto refusal = world.db->transact([&](Tx& tx) -> Result<void> {
            TRY(put(tx, 4));
            return refused("rule", "no");
        });
        CHECK(refusal.error().code == "rule");
        const auto reads = world.db->read([&](Tx& tx) { return put(tx, 5); });
        CHECK(reads.error().code == "store-sql");
        CHECK(world.count() == 1);
        CHECK(world.insert(6).ok());
        CHECK(world.number("SELECT sum(number) FROM item") == 7);
    });
}

TEST_CASE("PostgreSQL: a question said before is answered as it is when it is asked") {
    in_runtime([] {
        World world;
        REQUIRE(world.insert(1).ok());
        constexpr const char* how_many = "SELECT count(*) FROM item";
        constexpr const char* has = "SELECT number FROM item WHERE number = ?";
        const auto asked = world.db->transact([&](Tx& tx) -> Result<void> {
            tx.soon(how_many);
            tx.soon(has, 1);
            tx.soon(has, 2);
            CHECK(TRY(tx.all(has, 2)).empty());
            CHECK(TRY(tx.all(has, 1)).size() == 1);
            CHECK(TRY(tx.one(how_many)).get<std::int64_t>(0) == 1);
            // With a change in between.
            tx.soon(how_many);
            TRY(tx.put("INSERT INTO item (number) VALUES (2)"));
            CHECK(TRY(tx.one(how_many)).get<std::int64_t>(0) == 2);
            tx.soon(has, 3);
            CHECK(TRY(tx.one("INSERT INTO item (number) VALUES (3) RETURNING number"))
                      .get<std::int64_t>(0) == 3);
            CHECK(TRY(tx.all(has, 3)).size() == 1);
            tx.soon(has, 4);  // and never asked
            return {};
        });
        CHECK(asked.ok());
        CHECK(world.count() == 3);
        const auto wrong = world.db->read([&](Tx& tx) -> Result<void> {
            tx.soon("SELECT nothing FROM nowhere");
            TRY(tx.all("SELECT nothing FROM nowhere"));
            return {};
        });
        CHECK(wrong.error().code == "store-sql");
    });
}

TEST_CASE("PostgreSQL: a wrong statement is our defect and says nothing of what was in it") {
    in_runtime([] {
        World world;
        const auto wrong = world.db->read(
            [](Tx& tx) { return tx.all("SELECT number FROM item WHERE name = 1 + ?", "Wang Li"); });
        CHECK(wrong.error().kind == ErrorKind::internal);
        CHECK(wrong.error().code == "store-sql");
        CHECK(wrong.error().text.find("Wang") == std::string::npos);
        const auto writes = world.db->read([](Tx& tx) { return tx.run("DELETE FROM item"); });
        CHECK(writes.error().code == "store-sql");
    });
}

TEST_CASE("PostgreSQL: values come back as they were given") {
    in_runtime([] {
        World world;
        const Values values{
            to_value(std::numeric_limits<std::int64_t>::min()),
            to_value(std::numeric_limits<std::int64_t>::max()),
            to_value(0.1),
            to_value(std::string("it's \"?\" \\ 血压 \n")),
            Blob{std::string("\0\xff?", 3)},
            Value(),
            to_value(std::string(200'000, 'x')),
            to_value(""),
        };
        const auto row = world.db->read(
            [&](Tx& tx) { return tx.one("SELECT ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?", values); });
        REQUIRE(row.ok());
        CHECK(row->cells() == values);
        const auto text = world.db->transact([](Tx& tx) {
            return tx.run("INSERT INTO item (number, name) VALUES (1, ?)", std::string("a\0b", 3));
        });
        CHECK(text.error().code == "bad-text");
        CHECK(world.count() == 0);
    });
}

TEST_CASE("PostgreSQL: a long answer is walked row by row, and the walk may end early") {
    in_runtime([] {
        World world;
        std::int64_t seen = 0;
        const auto ended = world.db->read([&](Tx& tx) -> Result<std::int64_t> {
            const auto walked = tx.each("SELECT n FROM generate_series(1, 20000) AS n",
                                        [&](Row&& row) -> Result<void> {
                                            seen = row.get<std::int64_t>(0);
                                            if (seen == 10) return refused("enough", "enough");
                                            return {};
                                        });
            CHECK(walked.error().code == "enough");
            return TRY(tx.one("SELECT 7")).get<std::int64_t>(0);
        });
        CHECK(seen == 10);
        CHECK(ended.value() == 7);
    });
}

TEST_CASE("PostgreSQL: units that read what others write come out as if one ran after the other") {
    test::for_each_worker_count([] {
        World world;
        // Each adds the highest number plus one: two with one number, or a gap, would show.
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 24; ++i)
                s.go([&] {
                    auto stored = world.db->transact([](Tx& tx) -> Result<void> {
                        const auto next = TRY(tx.one("SELECT count(*) + 1 FROM item"));
                        TRY(tx.run("INSERT INTO item (number) VALUES (?)",
                                   next.get<std::int64_t>(0)));
                        return {};
                    });
                    CHECK(stored.ok());
                });
        });
        CHECK(world.number("SELECT max(number) FROM item") == 24);
        CHECK(world.count() == 24);
    });
}

TEST_CASE("PostgreSQL: a read sees one snapshot while others write") {
    in_runtime([] {
        World world;
        REQUIRE(world.insert(1).ok());
        weft::Event looked;
        weft::Event written;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                (void)world.db->read([&](Tx& tx) -> Result<void> {
                    CHECK(TRY(count_in(tx)) == 1);
                    looked.set();
                    written.wait();
                    CHECK(TRY(count_in(tx)) == 1);
                    return {};
                });
            });
            looked.wait();
            CHECK(world.insert(2).ok());
            written.set();
        });
        CHECK(world.count() == 2);
    });
}

TEST_CASE("PostgreSQL: a cancel ends the query in the server too, of a read and of a unit") {
    in_runtime([] {
        World world;
        for (const bool writes : {false, true}) {
            weft::scope([&](weft::Scope& s) {
                const auto outcome = weft::cancellable([&](weft::CancelHandle& handle) {
                    s.go([&world, handle] {
                        world.wait_until(somebody_sleeps);
                        handle.cancel();
                    });
                    return writes ? world.db->transact(sleep_for_ever)
                                  : world.db->read(sleep_for_ever);
                });
                CHECK(outcome.error().code == "cancelled");
            });
            world.wait_until(nobody_sleeps);
        }
        CHECK(world.insert(1).ok());
        CHECK(world.count() == 1);
    });
}

TEST_CASE("PostgreSQL: who waits for more than the store takes is turned away at once") {
    in_runtime([] {
        World world;
        Options options = options_for(world.url);
        options.writers = 1;
        options.queue = 1;
        const auto small = Db::open(options).value();
        weft::Event inside;
        weft::Event open;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                (void)small->transact([&](Tx&) -> Result<void> {
                    inside.set();
                    open.wait();
                    return {};
                });
            });
            inside.wait();
            CHECK(small->longest_wait() == 0s);  // it runs, and nobody waits
            s.go([&] {
                auto stored = small->transact([](Tx& tx) -> Result<void> {
                    TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                    return {};
                });
                CHECK(stored.ok());
            });
            while (small->stats().waiting < 1) weft::yield();
            while (small->longest_wait() < 2ms) weft::yield();  // longer the longer it waits
            const auto turned_away = small->transact([](Tx&) -> Result<void> { return {}; });
            CHECK(turned_away.error().code == "store-busy");
            open.set();
        });
        CHECK(small->stats().refused == 1);
        CHECK(small->longest_wait() == 0s);
        CHECK(world.count() == 1);
    });
}

TEST_CASE("PostgreSQL: closing waits for who is inside and turns away who comes later") {
    in_runtime([] {
        World world;
        Options options = options_for(world.url);
        options.writers = 1;
        const auto small = Db::open(options).value();
        const auto insert = [&](std::int64_t number) {
            return small->transact([=](Tx& tx) -> Result<void> {
                TRY(tx.run("INSERT INTO item (number) VALUES (?)", number));
                return {};
            });
        };
        weft::Event inside;
        weft::Event open;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                const auto stored = small->transact([&](Tx& tx) -> Result<void> {
                    inside.set();
                    open.wait();
                    TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                    return {};
                });
                CHECK(stored.ok());
            });
            inside.wait();
            s.go([&] { small->close(); });
            for (bool closing = false; !closing;) {
                const auto outcome = small->read(count_in);
                closing = !outcome.ok() && outcome.error().code == "store-closed";
            }
            open.set();
        });
        CHECK(insert(2).error().code == "store-closed");
        CHECK(world.count() == 1);
    });
}

TEST_CASE("PostgreSQL: two servers that start at once apply each migration once") {
    in_runtime([] {
        const auto url = weft::blocking(
            "create a database", [] { return test::PostgresServer::shared().create_database(); });
        const std::vector<Migration> steps = {{1, "one", "CREATE TABLE one (id TEXT)"},
                                              {2, "two", "CREATE TABLE two (id TEXT)"}};
        std::atomic<std::size_t> applied{0};
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 4; ++i)
                s.go([&] {
                    const auto db = Db::open(options_for(url));
                    REQUIRE(db.ok());
                    const auto steps_applied = migrate(**db, steps);
                    if (steps_applied)
                        applied += steps_applied->size();
                    else
                        FAIL_CHECK(steps_applied.error().text);
                });
        });
        CHECK(applied == 2);
    });
}

TEST_CASE("PostgreSQL: a database that would not keep the promises is refused by name") {
    in_runtime([] {
        const auto code_for = [](const std::string& how, const char* sql, Synchronous how_safe) {
            const auto url = weft::blocking("create a database", [&] {
                return test::PostgresServer::shared().create_database("TEMPLATE template0 " + how);
            });
            Options options = options_for(url);
            if (sql != nullptr) {
                // A store in it, then another program's table without ours.
                const auto db = Db::open(options).value();
                (void)db->transact([&](Tx& tx) { return tx.script(sql); });
            }
            options.synchronous = how_safe;
            const auto opened = Db::open(options);
            return opened ? std::string("opened") : opened.error().code;
        };
        const std::string right = "ENCODING 'UTF8' LC_COLLATE 'C'";
        CHECK(code_for(right, nullptr, Synchronous::off) == "opened");
        CHECK(code_for(right, nullptr, Synchronous::full) == "store-unsuitable");  // fsync = off
        CHECK(code_for("ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'", nullptr,
                       Synchronous::off) == "store-unsuitable");
        CHECK(code_for("ENCODING 'SQL_ASCII' LC_COLLATE 'C'", nullptr, Synchronous::off) ==
              "store-unsuitable");
        CHECK(code_for(right, "DROP TABLE store_connection; CREATE TABLE theirs (id TEXT)",
                       Synchronous::off) == "store-unreadable");
    });
}

TEST_CASE("PostgreSQL: a server that is not there is said, without the password") {
    in_runtime([] {
        Options options;
        options.postgres = "postgresql://ward:secret@127.0.0.1:1/store";
        const auto opened = Db::open(options);
        REQUIRE_FALSE(opened.ok());
        CHECK(opened.error().kind == ErrorKind::unavailable);
        CHECK(opened.error().code == "store-unreachable");
        CHECK(opened.error().text.find("secret") == std::string::npos);
    });
}

}  // namespace cohort::db
