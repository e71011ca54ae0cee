// SPDX-License-Identifier: Apache-2.0
// For tests: the ledger held against its rows, beside a server too.
#pragma once

#include <string>

#include "cohort/platform/db/db.h"

namespace cohort::jobs {

/// What a query for one number answers.
inline std::int64_t number_in(db::Db& db, const std::string& sql) {
    return db
        .read([&](db::Tx& tx) -> Result<std::int64_t> {
            return TRY(tx.one(sql)).get<std::int64_t>(0);
        })
        .value();
}

/// The counters of every job against its rows. Shape: how many jobs do not fit.
inline std::int64_t wrong_counters(db::Db& db) {
    const std::string rows = "(SELECT count(*) FROM job_item i WHERE i.job = j.id AND i.state = ";
    const std::string past = "(SELECT count(*) FROM job_item_past p WHERE p.job = j.id)";
    std::string sql = "SELECT count(*) FROM job j WHERE j.trimmed = 0 AND (j.done <> " + past;
    for (const char* state : {"failed", "skipped", "in_flight", "pending", "unknown"})
        sql += std::string(" OR j.") + state + " <> " + rows + "'" + state + "')";
    sql += " OR j.total <> j.done + j.failed + j.skipped + j.in_flight + j.pending + j.unknown)";
    return number_in(db, sql);
}

}  // namespace cohort::jobs
