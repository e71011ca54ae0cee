// SPDX-License-Identifier: Apache-2.0
// How a job goes and went, counted from its items and those of its parts, and how long these are
// kept.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/job.h"

namespace cohort::jobs {

/// How fast a job goes: what it did in the last minute, or since it started when that is less.
struct Speed {
    std::int64_t done = 0;                ///< items, within `window`
    std::chrono::milliseconds window{0};  ///< 0: it is not under way
    /// When it will be over if it goes on like this. Absent: it is not running, or stands still.
    std::optional<Instant> eta = {};

    double a_minute() const noexcept;
};
/// `job` is the whole one, here and for throughput().
Result<Speed> speed(db::Tx& tx, const Job& job);

/// How many items were done in each of equal spans of time. Their sum is the job's `done` for as
/// long as its items are kept.
struct Throughput {
    Instant from;
    std::chrono::milliseconds step{1000};  ///< a round number of seconds, minutes, hours or days
    std::vector<std::int64_t> done = {};   ///< from the job's start to its end, or to now
};
/// Shape: at most `spans`, none before the job has started.
Result<Throughput> throughput(db::Tx& tx, const Job& job, std::int64_t spans);

/// Items that did not end well, by why.
struct Reason {
    ItemState state = ItemState::failed;  ///< failed, unknown or skipped
    std::string code;
    std::int64_t items = 0;
};
Result<std::vector<Reason>> reasons(db::Tx& tx, const JobId& job);

// --- results --------------------------------------------------------------------------------

/// What an item made for people to fetch.
struct ResultFile {
    std::string name;        ///< "ST.1.xml"
    std::string media_type;  ///< "application/xml"
    std::string text;        ///< UTF-8
};

/// Keeps the result of an item, in the transaction that ends it: there once, or not at all.
Result<void> put_result(db::Tx& tx, const JobId& job, std::int64_t item, const ResultFile& file);

/// Errors: not_found/job-result.
Result<ResultFile> get_result(db::Tx& tx, const JobId& job, std::int64_t item);

/// How many items of a job and its parts have a result.
Result<std::int64_t> count_results(db::Tx& tx, const JobId& job);

// --- keeping --------------------------------------------------------------------------------

/// Removes items and results of jobs that have been over for longer than `kept`; the jobs stay,
/// with their counters. Nothing of such a job can be driven again.
/// Shape: how many rows it changed, `at_most` and one; 0 when nothing is left to do.
Result<std::int64_t> trim(db::Tx& tx, std::chrono::milliseconds kept, std::int64_t at_most);

/// Trims every hour, in units small enough to delay nobody. A failing store is asked again an hour
/// later.
/// Cancels: ends; this is how it ends.
void keep_trim(db::Db& db, std::chrono::milliseconds kept);

}  // namespace cohort::jobs
