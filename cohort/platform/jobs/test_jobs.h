// SPDX-License-Identifier: Apache-2.0
// For tests of jobs: a store with the whole schema, in SQLite or PostgreSQL, and the ledger held
// against its rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "weft/blocking.h"
#include "weft/ensure.h"
#include "weft/run.h"

#include "cohort/migrations/migrations.h"
#include "cohort/platform/jobs/claim.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/platform/jobs/test_counters.h"
#include "tests/support/postgres.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace cohort::jobs {

inline doctest::String toString(const Counts& c) {
    std::string text = std::to_string(c.total) + " =";
    const std::pair<const char*, std::int64_t> parts[] = {
        {" done ", c.done},           {" failed ", c.failed},   {" skipped ", c.skipped},
        {" in flight ", c.in_flight}, {" pending ", c.pending}, {" unknown ", c.unknown}};
    for (const auto& [name, count] : parts)
        if (count != 0) text += name + std::to_string(count);
    return text.c_str();
}

enum class In : bool { sqlite, postgresql };

inline constexpr std::chrono::milliseconds lease{15'000};

/// Lives inside weft::run; in SQLite also inside weft::sim::run.
struct TestLedger {
    explicit TestLedger(In in = In::sqlite) {
        db::Options options;
        options.folder = folder.path();
        options.synchronous = db::Synchronous::off;  // it has tests of its own
        if (in == In::postgresql)
            options.postgres = weft::blocking("create a database", [] {
                return test::PostgresServer::shared().create_database();
            });
        db = db::Db::open(options).value();
        db::migrate(*db, migrations::all()).value();
    }

    /// In one unit, which must succeed.
    template <class F>
    auto write(F f) {
        auto result = db->transact(std::move(f));
        ENSURE(result.ok(), (result.error().code + ": " + result.error().text).c_str());
        if constexpr (!std::is_same_v<decltype(result), Result<void>>) return *std::move(result);
    }
    /// The code of the error it ends with, or "ok".
    template <class F>
    std::string outcome(F f) {
        const auto result = db->transact(std::move(f));
        return result.ok() ? "ok" : result.error().code;
    }
    std::int64_t number(const std::string& sql) { return number_in(*db, sql); }

    JobId start(std::int64_t items, NewJob wish = {}) {
        if (wish.kind.empty()) wish.kind = "report";
        wish.created_by = "tester";
        for (std::int64_t i = 1; i <= items; ++i)
            wish.items.push_back({.name = "item " + std::to_string(i)});
        return write([&](db::Tx& tx) { return enqueue(tx, wish); }).id;
    }
    Job job(const JobId& id) {
        return db->read([&](db::Tx& tx) { return get(tx, id); }).value();
    }
    Counts counts(const JobId& id) { return job(id).counts; }
    std::string state(const JobId& id) { return std::string(to_string(job(id).state)); }

    void enter_as(const std::string& epoch) {
        write([&](db::Tx& tx) { return enter(tx, epoch, lease); });
    }
    std::vector<Claimed> take(const std::string& epoch, std::int64_t slots,
                              const std::string& kind = "report") {
        return write([&](db::Tx& tx) {
                   return claim(tx, epoch, {{.kind = kind, .slots = slots}}, slots);
               })
            .items;
    }
    std::int64_t finish(const std::string& epoch, const Claimed& item,
                        const Verdict& verdict = {}) {
        return write([&](db::Tx& tx) {
            return end(tx, epoch, {{item.job, item.number, item.fence, verdict}});
        });
    }
    void run_out(const std::string& epoch) {
        write([&](db::Tx& tx) {
            return tx.run("UPDATE job_worker SET held_until = 0 WHERE epoch = ?", epoch);
        });
    }

    std::int64_t wrong_counters() { return jobs::wrong_counters(*db); }

    test::TempFolder folder;
    std::unique_ptr<db::Db> db;
};

/// Runs `body(TestLedger&)` in both stores; the counters must fit the rows at the end.
template <class F>
void in_both_stores(F body) {
    for (const In in : {In::sqlite, In::postgresql}) {
        weft::Options options;
        options.workers = 2;
        CHECK(weft::run(options, [&] {
                  TestLedger ledger(in);
                  body(ledger);
                  CHECK(ledger.wrong_counters() == 0);
              }) == 0);
    }
}

}  // namespace cohort::jobs
