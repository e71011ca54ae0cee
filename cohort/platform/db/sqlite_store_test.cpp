// SPDX-License-Identifier: Apache-2.0
// The store as its callers see it: many goroutines, cancels, full queues.
#include <atomic>
#include <chrono>

#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "cohort/platform/db/db.h"
#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

Result<void> create_table(Tx& tx) {
    TRY(tx.run("CREATE TABLE item (number BIGINT PRIMARY KEY)"));
    return {};
}

Result<std::int64_t> count(Tx& tx) {
    return TRY(tx.one("SELECT count(*) FROM item")).get<std::int64_t>(0);
}

// A store in a folder of its own, with a table.
struct World {
    explicit World(Options options = {}) {
        options.folder = folder.path();
        options.synchronous = Synchronous::off;  // the disk has tests of its own
        db = Db::open(options).value();
        db->transact(create_table).value();
    }
    Result<void> insert(std::int64_t number) {
        return db->transact([=](Tx& tx) -> Result<void> {
            TRY(tx.run("INSERT INTO item (number) VALUES (?)", number));
            return {};
        });
    }
    std::int64_t count() { return db->read(db::count).value(); }

    test::TempFolder folder;
    std::unique_ptr<Db> db;
};

// Keeps a thread of the store busy until it is opened. A unit may not park, but it may block.
class Gate {
  public:
    void wait() {
        arrived_ = true;
        arrived_.notify_all();
        open_.wait(false);
    }
    void wait_for_arrival() {
        while (!arrived_) weft::yield();
    }
    void open() {
        open_ = true;
        open_.notify_all();
    }

  private:
    std::atomic<bool> arrived_{false};
    std::atomic<bool> open_{false};
};

template <class F>
void in_runtime(F body) {
    weft::Options options;
    options.workers = 2;
    CHECK(weft::run(options, [&] { body(); }) == 0);
}

}  // namespace

TEST_CASE("what is committed is read by everybody and is there after the store was opened again") {
    test::everywhere([] {
        World world;
        REQUIRE(world.insert(1));
        CHECK(world.count() == 1);
        Options options;
        options.folder = world.folder.path();
        world.db.reset();
        world.db = Db::open(options).value();
        CHECK(world.count() == 1);
    });
}

TEST_CASE("concurrent units are committed once each, many to a commit") {
    test::for_each_worker_count([] {
        World world;
        weft::scope([&](weft::Scope& s) {
            for (std::int64_t i = 0; i < 500; ++i)
                s.go([&, i] {
                    auto stored = world.insert(i);
                    CHECK(stored.ok());
                });
        });
        CHECK(world.count() == 500);
        const Stats stats = world.db->stats();
        CHECK(stats.units == 501);
        CHECK(stats.batches < stats.units);
        CHECK(stats.waiting == 0);
    });
}

TEST_CASE("a batch of which every unit was refused counts neither as a commit nor as a unit") {
    test::for_each_worker_count([] {
        World world;
        const Stats before = world.db->stats();
        for (int i = 0; i < 3; ++i) {
            const auto refusal = world.db->transact(
                [](Tx&) -> Result<void> { return refused("rule", "not today"); });
            CHECK(refusal.error().code == "rule");
        }
        CHECK(world.db->stats().batches == before.batches);
        CHECK(world.db->stats().units == before.units);
        CHECK(world.db->stats().failed_batches == 0);
        CHECK(world.insert(1).ok());
        CHECK(world.db->stats().batches == before.batches + 1);
        CHECK(world.db->stats().units == before.units + 1);
    });
}

TEST_CASE("a unit that fails by its rule fails alone") {
    test::everywhere([] {
        World world;
        std::atomic<int> refusals{0};
        weft::scope([&](weft::Scope& s) {
            for (std::int64_t i = 0; i < 100; ++i)
                s.go([&, i] {
                    auto outcome = world.db->transact([&](Tx& tx) -> Result<std::int64_t> {
                        TRY(tx.run("INSERT INTO item (number) VALUES (?)", i));
                        if (i % 3 == 0) return refused("rule", "no");
                        return i;
                    });
                    refusals += outcome.ok() ? 0 : 1;
                    if (outcome) CHECK(*outcome == i);
                });
        });
        CHECK(refusals == 34);
        CHECK(world.count() == 66);
    });
}

TEST_CASE("an exception leaves transact unchanged and its unit is rolled back") {
    in_runtime([] {
        World world;
        const auto write = [&] {
            (void)world.db->transact([](Tx& tx) -> Result<void> {
                TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                throw 7;
            });
        };
        CHECK_THROWS_AS(write(), int);
        CHECK(world.count() == 0);
    });
}

TEST_CASE("a full queue turns a unit away at once and does nothing of it") {
    in_runtime([] {
        Options options;
        options.queue = 1;
        World world(options);
        Gate gate;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                (void)world.db->transact([&](Tx&) -> Result<void> {
                    gate.wait();
                    return {};
                });
            });
            gate.wait_for_arrival();
            CHECK(world.db->longest_wait() == weft::Duration{});  // it runs, and nobody waits
            s.go([&] { CHECK(world.insert(1).ok()); });
            while (world.db->stats().waiting < 1) weft::yield();
            while (world.db->longest_wait() < std::chrono::milliseconds(2))
                weft::yield();  // longer the longer it waits
            const auto turned_away = world.insert(2);
            CHECK(turned_away.error().kind == ErrorKind::unavailable);
            CHECK(turned_away.error().code == "store-busy");
            gate.open();
        });
        CHECK(world.count() == 1);
        CHECK(world.db->stats().refused == 1);
        CHECK(world.db->longest_wait() == weft::Duration{});
    });
}

TEST_CASE("a cancel withdraws a unit that has not started") {
    in_runtime([] {
        World world;
        Gate gate;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                (void)world.db->transact([&](Tx&) -> Result<void> {
                    gate.wait();
                    return {};
                });
            });
            gate.wait_for_arrival();
            const auto outcome = weft::cancellable([&](weft::CancelHandle& handle) {
                s.go([&world, handle] {
                    while (world.db->stats().waiting < 1) weft::yield();
                    handle.cancel();
                });
                return world.insert(1);
            });
            CHECK(outcome.error().code == "cancelled");
            CHECK(world.db->stats().waiting == 0);
            gate.open();
        });
        CHECK(world.count() == 0);
    });
}

TEST_CASE("a cancel of a unit that runs waits for it and answers what became of it") {
    in_runtime([] {
        World world;
        Gate gate;
        weft::scope([&](weft::Scope& s) {
            const auto outcome = weft::cancellable([&](weft::CancelHandle& handle) {
                s.go([&gate, handle] {
                    gate.wait_for_arrival();
                    handle.cancel();
                    gate.open();
                });
                return world.db->transact([&](Tx& tx) -> Result<int> {
                    TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                    gate.wait();
                    return 7;
                });
            });
            REQUIRE(outcome.ok());
            CHECK(*outcome == 7);
        });
        CHECK(world.count() == 1);
    });
}

TEST_CASE("a read sees one snapshot, whatever is written meanwhile") {
    in_runtime([] {
        World world;
        Gate gate;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                world.db
                    ->read([&](Tx& tx) -> Result<void> {
                        CHECK(TRY(count(tx)) == 0);
                        gate.wait();
                        CHECK(TRY(count(tx)) == 0);
                        return {};
                    })
                    .value();
            });
            gate.wait_for_arrival();
            CHECK(world.insert(1).ok());
            CHECK(world.count() == 1);
            gate.open();
        });
    });
}

TEST_CASE("a read cannot write") {
    in_runtime([] {
        World world;
        const auto outcome = world.db->read([](Tx& tx) -> Result<void> {
            TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
            return {};
        });
        CHECK_FALSE(outcome.ok());
        CHECK(world.count() == 0);
    });
}

TEST_CASE("a read whose deadline passes is interrupted, and its connection is of use again") {
    in_runtime([] {
        Options options;
        options.readers = 1;
        World world(options);
        const auto outcome = weft::timeout(std::chrono::milliseconds(20), [&] {
            return world.db->read([](Tx& tx) -> Result<std::int64_t> {
                const auto row =
                    TRY(tx.one("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                               "SELECT count(*) FROM n"));
                return row.get<std::int64_t>(0);
            });
        });
        CHECK(outcome.error().kind == ErrorKind::timeout);
        CHECK(world.count() == 0);
    });
}

TEST_CASE("too many reads are turned away at once") {
    in_runtime([] {
        Options options;
        options.readers = 1;
        options.read_queue = 0;
        World world(options);
        Gate gate;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                (void)world.db->read([&](Tx&) -> Result<void> {
                    gate.wait();
                    return {};
                });
            });
            gate.wait_for_arrival();
            CHECK(world.db->read(count).error().code == "store-busy");
            gate.open();
        });
        CHECK(world.db->read(count).ok());
    });
}

TEST_CASE("closing waits for units and reads under way and turns later ones away") {
    in_runtime([] {
        World world;
        Gate writing;
        Gate reading;
        weft::scope([&](weft::Scope& s) {
            s.go([&] {
                const auto outcome = world.db->transact([&](Tx& tx) -> Result<void> {
                    writing.wait();
                    TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                    return {};
                });
                CHECK(outcome.ok());
            });
            s.go([&] {
                CHECK(world.db
                          ->read([&](Tx& tx) -> Result<std::int64_t> {
                              reading.wait();
                              return count(tx);
                          })
                          .ok());
            });
            writing.wait_for_arrival();
            reading.wait_for_arrival();
            s.go([&] { world.db->close(); });
            while (world.db->read(count).ok()) weft::yield();
            CHECK(world.insert(2).error().code == "store-closed");
            writing.open();
            reading.open();
        });
        CHECK(world.insert(3).error().code == "store-closed");
    });
}

TEST_CASE("the log stays within its limit however long writing goes on") {
    in_runtime([] {
        Options options;
        options.checkpoint_bytes = 64 << 10;
        options.wal_limit_bytes = 256 << 10;
        World world(options);
        std::int64_t largest = 0;
        for (std::int64_t i = 0; i < 400; ++i) {
            CHECK(world.insert(i).ok());
            largest = std::max(largest, world.db->stats().wal_bytes);
        }
        CHECK(largest <= (256 << 10) + (64 << 10));
        CHECK(world.db->stats().checkpoints > 0);
    });
}

TEST_CASE("a log that one unit has made far longer than its limit is cut") {
    in_runtime([] {
        Options options;
        options.checkpoint_bytes = 64 << 10;
        options.wal_limit_bytes = 256 << 10;
        World world(options);
        const auto outcome = world.db->transact([](Tx& tx) -> Result<void> {
            TRY(tx.run(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) "
                "INSERT INTO item (number) SELECT i FROM n"));
            return {};
        });
        CHECK(outcome.ok());
        CHECK(world.insert(0).ok());  // after what the unit has left to do
        CHECK(world.db->stats().wal_bytes <= 256 << 10);
        CHECK(world.count() == 200'001);
    });
}

TEST_CASE("a unit that parks ends the process with a report") {
    const auto child = test::in_child([] {
        return weft::run([] {
            World world;
            (void)world.db->transact([](Tx&) -> Result<void> {
                weft::sleep(std::chrono::milliseconds(1));
                return {};
            });
            return 0;
        });
    });
    CHECK(child.died());
}

}  // namespace cohort::db
