// SPDX-License-Identifier: Apache-2.0
// Group commit on one thread: what is answered when everything goes well and when the disk fails.
#include "cohort/platform/db/sqlite_writer.h"

#include <functional>
#include <limits>
#include <set>

#include "cohort/platform/db/fault_vfs.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

using Body = std::function<Result<void>(Tx&)>;

// A store with a writer, and a batch at a time.
struct World {
    explicit World(const std::string& folder, const std::string& vfs = {}) {
        Options options;
        options.vfs = vfs;
        auto opened =
            SqliteConnection::open(folder + "/x.db", SqliteConnection::Access::read_write, options);
        if (!opened) return;
        connection = std::move(*opened);
        connection->script(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 8;"
            "CREATE TABLE IF NOT EXISTS item (number BIGINT PRIMARY KEY, text TEXT)");
    }

    bool run(std::vector<Body> bodies) {
        units = std::vector<WriteUnit>(bodies.size());
        std::vector<WriteUnit*> batch;
        for (std::size_t i = 0; i < bodies.size(); ++i) {
            units[i].body = {&bodies[i],
                             [](void* body, Tx& tx) { return (*static_cast<Body*>(body))(tx); }};
            batch.push_back(&units[i]);
        }
        return SqliteWriter(*connection).run(batch);
    }

    std::set<std::int64_t> numbers() const {
        std::set<std::int64_t> found;
        connection->run(
            "SELECT number FROM item", {}, &found, [](void* to, Row&& row) -> Result<void> {
                static_cast<std::set<std::int64_t>*>(to)->insert(row.get<std::int64_t>(0));
                return {};
            });
        return found;
    }

    std::unique_ptr<SqliteConnection> connection;
    std::vector<WriteUnit> units;
};

Body insert(std::int64_t number, std::string text = "") {
    return [=](Tx& tx) -> Result<void> {
        TRY(tx.run("INSERT INTO item (number, text) VALUES (?, ?)", number, text));
        return {};
    };
}

using Numbers = std::set<std::int64_t>;

}  // namespace

TEST_CASE("an error rolls back its own unit and no other of the batch") {
    test::TempFolder folder;
    World world(folder.path());
    CHECK(world.run({insert(1),
                     [](Tx& tx) -> Result<void> {
                         TRY(tx.run("INSERT INTO item (number) VALUES (2)"));
                         return refused("rule", "no");
                     },
                     insert(3)}));
    CHECK(world.units[0].outcome.ok());
    CHECK(world.units[1].outcome.error().code == "rule");
    CHECK(world.units[2].outcome.ok());
    CHECK(world.numbers() == Numbers{1, 3});
}

TEST_CASE("a taken key is a conflict, and the unit cannot succeed by looking away") {
    test::TempFolder folder;
    World world(folder.path());
    std::string second;
    CHECK(world.run({insert(1), [&](Tx& tx) -> Result<void> {
                         (void)tx.run("INSERT INTO item (number) VALUES (2)");
                         (void)tx.run("INSERT INTO item (number) VALUES (1)");
                         second = tx.one("SELECT 1").error().code;
                         return {};
                     }}));
    CHECK(world.units[1].outcome.error().kind == ErrorKind::conflict);
    CHECK(world.units[1].outcome.error().code == "already-exists");
    CHECK(second == "already-exists");
    CHECK(world.numbers() == Numbers{1});
}

TEST_CASE("not_found is an answer, after which a unit goes on") {
    test::TempFolder folder;
    World world(folder.path());
    CHECK(world.run({[](Tx& tx) -> Result<void> {
        CHECK(tx.one("SELECT 1 FROM item WHERE number = ?", 9).error().code == "no-row");
        CHECK_FALSE(tx.maybe("SELECT 1 FROM item WHERE number = ?", 9)->has_value());
        TRY(tx.run("INSERT INTO item (number) VALUES (?)", 9));
        return {};
    }}));
    CHECK(world.numbers() == Numbers{9});
}

TEST_CASE("an exception rolls back its unit and is kept for the caller") {
    test::TempFolder folder;
    World world(folder.path());
    CHECK(world.run({[](Tx& tx) -> Result<void> {
                         TRY(tx.run("INSERT INTO item (number) VALUES (1)"));
                         throw 7;
                     },
                     insert(2)}));
    CHECK_THROWS_AS(std::rethrow_exception(world.units[0].thrown), int);
    CHECK(world.numbers() == Numbers{2});
}

TEST_CASE("each kind of cell comes back as it went in") {
    test::TempFolder folder;
    World world(folder.path());
    const auto user = new_id<UserId>();
    CHECK(world.run({[&](Tx& tx) -> Result<void> {
        const Row row =
            TRY(tx.one("SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?", std::numeric_limits<std::int64_t>::min(),
                       0.1, "text", true, Blob{std::string("\0\xff", 2)}, user, Instant{5},
                       UserId{}, CivilDate{2024, 2, 29}));
        CHECK(row.get<std::int64_t>(0) == std::numeric_limits<std::int64_t>::min());
        CHECK(row.get<double>(1) == 0.1);
        CHECK(row.get<std::string>(2) == "text");
        CHECK(row.get<bool>(3));
        CHECK(row.get<Blob>(4) == Blob{std::string("\0\xff", 2)});
        CHECK(row.get<UserId>(5) == user);
        CHECK(row.get<Instant>(6) == Instant{5});
        CHECK(row.get<std::optional<UserId>>(7) == std::nullopt);
        CHECK(row.get<std::optional<CivilDate>>(8) == CivilDate{2024, 2, 29});
        return {};
    }}));
}

TEST_CASE("a unit that ends the transaction itself takes the whole batch with it") {
    test::TempFolder folder;
    World world(folder.path());
    CHECK_FALSE(world.run({[](Tx& tx) -> Result<void> {
                               TRY(tx.run("ROLLBACK"));
                               return {};
                           },
                           insert(1)}));
    CHECK(world.units[0].outcome.error().kind == ErrorKind::unavailable);
    CHECK(world.units[1].outcome.error().kind == ErrorKind::unavailable);
    CHECK(world.numbers().empty());
    CHECK(world.run({insert(2)}));
}

// --- a disk that fails --------------------------------------------------------------------

namespace {

struct Promises {
    Numbers kept;      // acknowledged
    Numbers possible;  // sent
};

// Batches of five units, one of which its own rule refuses.
void work(World& world, Promises& promises, std::int64_t first) {
    for (std::int64_t at = first; at < first + 30; at += 5) {
        std::vector<Body> bodies;
        for (std::int64_t number = at; number < at + 5; ++number) {
            promises.possible.insert(number);
            bodies.push_back(number % 5 == 2 ? Body([=](Tx& tx) -> Result<void> {
                TRY(insert(number)(tx));
                return refused("rule", "no");
            })
                                             : insert(number, std::string(1200, 'x')));
        }
        const bool committed = world.run(std::move(bodies));
        std::int64_t number = at;
        for (const WriteUnit& unit : world.units) {
            if (!committed) CHECK(unit.outcome.error().kind == ErrorKind::unavailable);
            if (unit.outcome) promises.kept.insert(number);
            ++number;
        }
    }
}

void check_promises(const std::string& folder, const Promises& promises) {
    World after(folder);
    REQUIRE(after.connection);
    const Numbers found = after.numbers();
    for (const std::int64_t number : promises.kept) CHECK(found.contains(number));
    for (const std::int64_t number : found) {
        CHECK(promises.possible.contains(number));
        CHECK(number % 5 != 2);  // what a rule refused never stays
    }
    std::string verdict;
    after.connection->run("PRAGMA integrity_check", {}, &verdict,
                          [](void* to, Row&& row) -> Result<void> {
                              *static_cast<std::string*>(to) = row.get<std::string>(0);
                              return {};
                          });
    CHECK(verdict == "ok");
}

// Fails the n-th call for n = 1, 2, … until a run gets through without a failure. After each run
// the disk is well again, and the same writer must go on.
std::int64_t fail_each(FaultVfs::Fault fault, std::int64_t times) {
    for (std::int64_t nth = 1;; ++nth) {
        CAPTURE(nth);
        test::TempFolder folder;
        FaultVfs vfs;
        Promises promises;
        {
            World make(folder.path());
        }
        {
            vfs.fail(fault, nth, times);
            World world(folder.path(), vfs.name());
            if (world.connection) {
                work(world, promises, 0);
                vfs.heal();
                const std::size_t before = promises.kept.size();
                work(world, promises, 1000);
                CHECK(promises.kept.size() == before + 24);
            }
        }
        check_promises(folder.path(), promises);
        if (vfs.failed() == 0) return nth;
    }
}

constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

}  // namespace

TEST_CASE("whichever single call to the disk fails, what was acknowledged is there") {
    CHECK(fail_each(FaultVfs::Fault::io_error, 1) > 50);
}

TEST_CASE("from whichever call on the disk fails, what was acknowledged is there") {
    CHECK(fail_each(FaultVfs::Fault::io_error, for_ever) > 50);
}

TEST_CASE("whenever the disk gets full, nothing half is kept and writing goes on with new room") {
    CHECK(fail_each(FaultVfs::Fault::disk_full, for_ever) > 20);
}

}  // namespace cohort::db
