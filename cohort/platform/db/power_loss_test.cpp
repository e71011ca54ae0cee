// SPDX-License-Identifier: Apache-2.0
// What kill -9 cannot show: the kernel keeps what a dead process wrote, a dead machine does not.
#include <random>
#include <set>

#include "cohort/platform/db/fault_vfs.h"
#include "cohort/platform/db/sqlite_connection.h"
#include "cohort/platform/db/sqlite_writer.h"
#include "tests/support/environment.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::db {

namespace {

// CUT_POINTS and CUT_SEED repeat or lengthen a run.
std::uint64_t cut_points() {
    return test::from_environment("CUT_POINTS", 1000);
}
std::uint64_t cut_seed() {
    return test::from_environment("CUT_SEED", 20'240'506);
}

// One unit: a row and its companion, so that half a unit can be seen.
struct Insert {
    std::int64_t number;
    std::string filler;

    Result<void> operator()(Tx& tx) const {
        TRY(tx.run("INSERT INTO item (number, filler) VALUES (?, ?)", number, filler));
        TRY(tx.run("INSERT INTO companion (number) VALUES (?)", number));
        return {};
    }
    static Result<void> call(void* self, Tx& tx) { return (*static_cast<Insert*>(self))(tx); }
};

struct Store {
    std::unique_ptr<SqliteConnection> writing;
    std::unique_ptr<SqliteConnection> checkpointing;

    static Store open(const std::string& folder, FaultVfs& vfs, Synchronous synchronous) {
        Options options;
        options.vfs = vfs.name();
        options.synchronous = synchronous;
        const auto connect = [&] {
            return SqliteConnection::open(folder + "/x.db", SqliteConnection::Access::read_write,
                                          options)
                .value();
        };
        Store store{connect(), nullptr};
        REQUIRE_FALSE(store.writing
                          ->script("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                                   "CREATE TABLE item (number BIGINT PRIMARY KEY, filler TEXT);"
                                   "CREATE TABLE companion (number BIGINT PRIMARY KEY)")
                          .error);
        store.checkpointing = connect();
        return store;
    }
};

// Writes 240 units in batches of 1 to 8, with a checkpoint now and then.
void work(Store& store, FaultVfs& vfs, std::mt19937_64& random) {
    SqliteWriter writer(*store.writing);
    for (std::int64_t next = 1; next <= 240;) {
        const auto size = 1 + random() % 8;
        std::vector<Insert> inserts;
        for (std::size_t i = 0; i < size; ++i)
            inserts.push_back({next++, std::string(random() % 1500, 'x')});
        std::vector<WriteUnit> units(inserts.size());
        std::vector<WriteUnit*> batch;
        for (std::size_t i = 0; i < size; ++i) {
            units[i].body = {&inserts[i], Insert::call};
            batch.push_back(&units[i]);
        }
        REQUIRE(writer.run(batch));
        for (const Insert& insert : inserts) vfs.promise(insert.number);
        if (random() % 6 == 0)
            sqlite3_wal_checkpoint_v2(
                store.checkpointing->handle(), nullptr,
                random() % 2 == 0 ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART, nullptr,
                nullptr);
    }
}

// A damaged file may hold anything, so cells are looked at and not believed.
std::set<std::int64_t> numbers(SqliteConnection& store, const char* table) {
    std::set<std::int64_t> found;
    store.run(std::string("SELECT number FROM ") + table, {}, &found,
              [](void* to, Row&& row) -> Result<void> {
                  if (const auto* number = std::get_if<std::int64_t>(&row.cells()[0]))
                      static_cast<std::set<std::int64_t>*>(to)->insert(*number);
                  return {};
              });
    return found;
}

struct Damage {
    int lost = 0;    // promised and not there
    int halves = 0;  // a unit that is there in part
    int broken = 0;  // a file that SQLite calls damaged
};

void look(const std::string& folder, const std::vector<std::int64_t>& promised, Damage& damage) {
    Options options;
    options.synchronous = Synchronous::off;
    auto opened =
        SqliteConnection::open(folder + "/x.db", SqliteConnection::Access::read_write, options);
    if (!opened) {
        ++damage.broken;
        damage.lost += static_cast<int>(promised.size());
        return;
    }
    const auto items = numbers(**opened, "item");
    if (items != numbers(**opened, "companion")) ++damage.halves;
    for (const std::int64_t number : promised)
        if (!items.contains(number)) ++damage.lost;
    std::string verdict;
    const auto checked = (*opened)->run(
        "PRAGMA integrity_check(1)", {}, &verdict, [](void* to, Row&& row) -> Result<void> {
            *static_cast<std::string*>(to) = row.get<std::string>(0);
            return {};
        });
    if (checked.error || verdict != "ok") ++damage.broken;
}

// Cuts the power at random moments of one run and looks at what is left.
Damage cut_power(Synchronous synchronous) {
    std::mt19937_64 random(cut_seed());
    test::TempFolder folder;
    FaultVfs vfs;
    {
        Store store = Store::open(folder.path(), vfs, synchronous);
        work(store, vfs, random);
    }
    Damage damage;
    for (std::uint64_t i = 0; i < cut_points(); ++i) {
        const std::size_t moment = random() % (vfs.moments() + 1);
        const double kept[] = {0.0, 0.1, 0.5, 0.9};
        test::TempFolder image;
        vfs.power_fails_at(moment, image.path(), random, kept[random() % 4]);
        look(image.path(), vfs.promised_by(moment), damage);
    }
    return damage;
}

}  // namespace

TEST_CASE("a thousand power failures at random moments lose nothing that was acknowledged") {
    MESSAGE("CUT_SEED=", cut_seed(), " CUT_POINTS=", cut_points());
    const Damage damage = cut_power(Synchronous::full);
    CHECK(damage.lost == 0);
    CHECK(damage.halves == 0);
    CHECK(damage.broken == 0);
}

TEST_CASE("the same power failures show the loss when SQLite syncs less than FULL") {
    CHECK(cut_power(Synchronous::normal).lost > 0);
    CHECK(cut_power(Synchronous::off).lost > 0);
}

}  // namespace cohort::db
