// SPDX-License-Identifier: Apache-2.0
// The counters of a job, changed in the transaction that changes its items. For the files of this
// folder.
#pragma once

#include "cohort/platform/db/tx.h"
#include "cohort/platform/jobs/job.h"

namespace cohort::jobs {

/// The job that a `?` names and all its parts: a table `tree` of ids and depths.
inline constexpr const char* tree =
    "WITH RECURSIVE tree (id, depth) AS (SELECT id, 0 FROM job WHERE id = ? UNION ALL "
    "SELECT j.id, t.depth + 1 FROM job j JOIN tree t ON j.parent = t.id) ";

/// What a transaction adds to the counters of a job. `total` is the sum of the others.
struct Delta {
    std::int64_t done = 0;
    std::int64_t failed = 0;
    std::int64_t skipped = 0;
    std::int64_t in_flight = 0;
    std::int64_t pending = 0;
    std::int64_t unknown = 0;

    void add(ItemState state, std::int64_t count);
};

/// Books it, and what follows from it: items that wait in a job to be cancelled are skipped, a job
/// of which nothing is left is over, and when it can be claimed next is found out.
Result<void> book(db::Tx& tx, const JobId& job, const Delta& delta);

/// What follows when something else of the job has changed: book() without a change.
Result<void> settle(db::Tx& tx, const JobId& job);

/// Makes a job that is over a live one again, and those that it is a part of.
/// Errors: conflict/job-live-already: its unique key belongs to another live job by now.
Result<void> reopen(db::Tx& tx, const JobId& job);

}  // namespace cohort::jobs
