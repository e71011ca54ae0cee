// SPDX-License-Identifier: Apache-2.0
// The ledger of jobs: every call works in the caller's transaction, so a job is there exactly when
// the change that it belongs to is.
#pragma once

#include "cohort/platform/db/tx.h"
#include "cohort/platform/jobs/job.h"

namespace cohort::jobs {

struct Enqueued {
    JobId id;
    bool is_new =
        true;  ///< false: a live job of the kind has the same unique key; nothing was added
};

/// Starts a job. Its items run once the transaction is committed.
/// Errors: not_found/job (no such parent), refused/job-over, refused/job-cancelled (of the parent).
Result<Enqueued> enqueue(db::Tx& tx, const NewJob& wish);

/// More items for a job that was started `open`.
/// Errors: not_found/job; refused/job-sealed; refused/job-over, refused/job-cancelled.
Result<void> add_items(db::Tx& tx, const JobId& job, const std::vector<NewItem>& items);

/// No more items will come: from here on the job can end.
Result<void> seal(db::Tx& tx, const JobId& job);

/// Gathers what comes one by one: adds the items to the live job that has the unique key of `wish`,
/// or starts it, open for more until somebody seals it. While that one takes no more, being
/// cancelled or sealed, they have a job of their own.
/// Shape:  the job that has them.
/// Errors: those of enqueue().
Result<JobId> gather(db::Tx& tx, NewJob wish);

/// Seals the live jobs of a kind, of those with a unique key, that were started before a moment.
Result<void> seal_before(db::Tx& tx, const std::string& kind, Instant before);

/// Errors: not_found/job.
Result<Job> get(db::Tx& tx, const JobId& job);

/// The job as it is together with all its parts: their counts added to its own, begun when the
/// first of them was, and with a version that grows with theirs.
Result<Job> whole(db::Tx& tx, Job job);

/// Whose jobs somebody may see: all, those of a study, or those of a site in it.
struct Place {
    std::optional<StudyId> study = {};
    std::optional<SiteId> site = {};
};

/// Which jobs a list shows; an empty field does not narrow.
struct JobFilter {
    std::string kind = {};
    std::optional<StudyId> study = {};
    std::optional<JobId> parent = {};  ///< an empty one: jobs that are part of no other
    std::optional<bool> live = {};     ///< true: not over; false: over
    std::optional<std::vector<Place>> places = {};  ///< at one of these
    bool hides_parts = false;                       ///< of jobs that are at one of these, too
};

/// Newest first.
Result<std::vector<Job>> list(db::Tx& tx, const JobFilter& filter, std::int64_t offset,
                              std::int64_t limit);

/// How many a list without an end would show.
Result<std::int64_t> count(db::Tx& tx, const JobFilter& filter);

/// Grows with every change of any job: what somebody who shows a list waits for.
Result<std::int64_t> version_of_all(db::Tx& tx);

/// Items of a job: in one state, with a code where that is said, by number.
struct ItemFilter {
    ItemState state = ItemState::failed;
    std::optional<std::string> code = {};
    std::int64_t after = 0;  ///< those with a higher number
};
Result<std::vector<Item>> items(db::Tx& tx, const JobId& job, const ItemFilter& filter,
                                std::int64_t limit);

/// Whether an effect of a step of an item is in the store.
Result<bool> has_effect(db::Tx& tx, const JobId& job, std::int64_t item, std::string_view step);

// --- steering: a job with all its parts -----------------------------------------------------

/// Nothing of it starts from here on; what is in flight ends. Again: nothing.
/// Errors: not_found/job; refused/job-over; refused/job-cancelled.
Result<void> pause(db::Tx& tx, const JobId& job);

/// Goes on: a paused job where it was, a cancelled one with the items that were skipped by that.
/// Errors: not_found/job; refused/job-over; refused/job-trimmed; conflict/job-live-already.
Result<void> resume(db::Tx& tx, const JobId& job);

/// Items that have not started become skipped with the code "cancelled"; those in flight are
/// cancelled by their engines. What was done stays done and is counted. Again: nothing.
/// Errors: not_found/job; refused/job-over.
Result<void> cancel(db::Tx& tx, const JobId& job, const std::string& by);

/// How fast and how wide it may go from here on, for this job alone; nothing: no bound of its own.
struct Pace {
    std::optional<std::int64_t> rate;  ///< items a minute, > 0
    std::optional<std::int64_t> most;  ///< items in flight at once, > 0
};
/// Errors: not_found/job; invalid/bad-pace.
Result<void> set_pace(db::Tx& tx, const JobId& job, const Pace& pace);

/// Which items are driven again: all in a state, failed or unknown; of these with a code; or one.
struct Again {
    ItemState state = ItemState::failed;
    std::optional<std::string> code = {};
    std::optional<std::int64_t> number = {};
};

/// Drives items anew as if they had never run; without a number, those of its parts too. A job that
/// was over is live again. What was unknown may happen twice.
/// Shape:  how many.
/// Errors: not_found/job; not_found/job-item; invalid/bad-state; refused/job-trimmed;
///         conflict/job-live-already.
Result<std::int64_t> redrive(db::Tx& tx, const JobId& job, const Again& which);

}  // namespace cohort::jobs
