// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/migrate.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace cohort::db {

namespace {

struct Applied {
    std::string name;
    std::string checksum;
};

std::string label(int number, std::string_view name) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d", number);
    return std::string(text) + "_" + std::string(name);
}

Result<std::map<int, Applied>> applied_steps(Db& db) {
    const auto made = db.transact([](Tx& tx) {
        return tx.run(
            "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT PRIMARY KEY, "
            "name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)");
    });
    // In PostgreSQL two servers that start at once both see no table, and one is told this.
    if (!made && made.error().code != "already-exists") return made.error();
    return db.read([](Tx& tx) -> Result<std::map<int, Applied>> {
        std::map<int, Applied> steps;
        for (const Row& row : TRY(tx.all("SELECT number, name, checksum FROM schema_version")))
            steps[row.get<int>(0)] = {row.get<std::string>(1), row.get<std::string>(2)};
        return steps;
    });
}

// What the store has had must be what this program knows.
Result<void> check_history(const std::map<int, Applied>& had, std::span<const Migration> steps) {
    for (const auto& [number, applied] : had) {
        const auto known = std::find_if(steps.begin(), steps.end(),
                                        [n = number](const auto& s) { return s.number == n; });
        if (known == steps.end())
            return refused("schema-newer", "the store was written by a newer version (it has " +
                                               label(number, applied.name) + "): update this one");
        if (checksum(known->sql) != applied.checksum)
            return refused("schema-changed", "migration " + label(number, applied.name) +
                                                 " was changed after the store had it");
    }
    return {};
}

// Whether it was done here, and not by another server since we looked.
Result<bool> apply(Db& db, const Migration& step) {
    // A deferred key would fail at COMMIT, and with it every neighbour in the batch.
    ENSURE(step.sql.find("DEFERRABLE") == std::string_view::npos,
           "migrations use no deferred constraints");
    auto done = db.transact([&](Tx& tx) -> Result<bool> {
        // First, so that another server waits here until ours is done or has failed.
        const auto ours =
            TRY(tx.run("INSERT INTO schema_version (number, name, checksum, applied_at) "
                       "VALUES (?, ?, ?, ?) ON CONFLICT (number) DO NOTHING",
                       step.number, step.name, checksum(step.sql), now()));
        if (ours == 1) TRY(tx.script(step.sql));
        return ours == 1;
    });
    if (done) return done;
    Error error = std::move(done).error();
    error.text = "migration " + label(step.number, step.name) + ": " + error.text;
    return error;
}

}  // namespace

std::string checksum(std::string_view sql) {
    std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
    for (const char c : sql) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

Result<std::vector<int>> migrate(Db& db, std::span<const Migration> steps) {
    std::vector<Migration> ordered(steps.begin(), steps.end());
    std::sort(ordered.begin(), ordered.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    for (std::size_t i = 1; i < ordered.size(); ++i)
        ENSURE(ordered[i - 1].number != ordered[i].number, "two migrations have one number");

    const auto had = TRY(applied_steps(db));
    TRY(check_history(had, ordered));
    std::vector<int> applied;
    for (const Migration& step : ordered) {
        if (had.contains(step.number)) continue;
        if (TRY(apply(db, step))) applied.push_back(step.number);
    }
    return applied;
}

}  // namespace cohort::db
