// SPDX-License-Identifier: Apache-2.0
// Items a second through the whole engine: claimed, run by a handler that does nothing, and done
// with one effect row each, durable.
#include <benchmark/benchmark.h>

#include "weft/run.h"

#include "cohort/migrations/migrations.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/ledger.h"
#include "tests/support/temp_folder.h"

namespace cohort::jobs {

namespace {

void fill(db::Db& db, std::int64_t items) {
    db.transact([&](db::Tx& tx) -> Result<void> {
          NewJob wish{.kind = "report", .created_by = "bench"};
          wish.items.resize(static_cast<std::size_t>(items));
          TRY(enqueue(tx, wish));
          return {};
      }).value();
}

void run_items(benchmark::State& state) {
    const test::TempFolder folder;
    const int code = weft::run([&] {
        db::Options options;
        options.folder = folder.path();
        const auto db = db::Db::open(options).value();
        db::migrate(*db, migrations::all()).value();
        db->transact([](db::Tx& tx) {
              return tx.script("CREATE TABLE effect (item TEXT PRIMARY KEY)");
          }).value();
        std::int64_t done_items = 0;
        for (auto _ : state) {
            state.PauseTiming();
            fill(*db, state.range(1));
            Engine engine(*db, {.slots = state.range(0)});
            engine.add({.name = "report", .run = [](Work& work) -> Result<Outcome> {
                            return done([key = work.key()](db::Tx& tx) {
                                return tx.put("INSERT INTO effect (item) VALUES (?)", key);
                            });
                        }});
            state.ResumeTiming();
            engine.run_until_idle();
            done_items += engine.status().ended;
        }
        state.SetItemsProcessed(done_items);
    });
    if (code != 0) state.SkipWithError("the run failed");
}
BENCHMARK(run_items)
    ->ArgNames({"slots", "items"})
    ->Args({1, 500})
    ->Args({64, 20'000})
    ->Args({256, 20'000})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace

}  // namespace cohort::jobs
