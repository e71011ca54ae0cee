// SPDX-License-Identifier: Apache-2.0
// Durable units a second: one row of 1 KB with two indexes and one small row beside it,
// acknowledged after the commit, from 1, 64 and 256 goroutines at once.
#include <atomic>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <string>

#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/db/db.h"
#include "tests/support/temp_folder.h"

namespace cohort::db {

namespace {

constexpr std::int64_t units_a_turn = 2048;

void create(Db& db) {
    db.transact([](Tx& tx) -> Result<void> {
          TRY(tx.run("CREATE TABLE form (id TEXT PRIMARY KEY, subject TEXT, document TEXT)"));
          TRY(tx.run("CREATE INDEX form_by_subject ON form (subject)"));
          TRY(tx.run("CREATE TABLE record (id TEXT PRIMARY KEY, form TEXT)"));
          return {};
      }).value();
}

Result<void> submit(Db& db, const std::string& document) {
    return db.transact([&](Tx& tx) -> Result<void> {
        const auto id = new_id<FormId>();
        TRY(tx.run("INSERT INTO form VALUES (?, ?, ?)", id, new_uuid(), document));
        TRY(tx.run("INSERT INTO record VALUES (?, ?)", new_uuid(), id));
        return {};
    });
}

void durable_units(benchmark::State& state) {
    const std::int64_t goroutines = state.range(0);
    std::int64_t batches = 0;
    weft::run([&] {
        const test::TempFolder folder;
        Options options;
        options.folder = folder.path();
        const auto db = Db::open(options).value();
        create(*db);
        const std::string document(1000, 'x');
        for (auto _ : state)
            weft::scope([&](weft::Scope& s) {
                for (std::int64_t g = 0; g < goroutines; ++g)
                    s.go([&] {
                        for (std::int64_t i = 0; i < units_a_turn / goroutines; ++i)
                            submit(*db, document).value();
                    });
            });
        batches = db->stats().batches;
    });
    state.SetItemsProcessed(state.iterations() * units_a_turn);
    state.counters["units_a_commit"] =
        static_cast<double>(state.iterations() * units_a_turn) / static_cast<double>(batches);
}

void reads(benchmark::State& state) {
    weft::run([&] {
        const test::TempFolder folder;
        Options options;
        options.folder = folder.path();
        const auto db = Db::open(options).value();
        create(*db);
        for (auto _ : state)
            db->read([](Tx& tx) {
                  return tx.maybe("SELECT id FROM form WHERE id = ?", "x");
              }).value();
    });
    state.SetItemsProcessed(state.iterations());
}

BENCHMARK(durable_units)->Arg(1)->Arg(64)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(reads)->UseRealTime();

}  // namespace

}  // namespace cohort::db
