// SPDX-License-Identifier: Apache-2.0
// The ledger as those see it who do the work. A worker is one start of an engine; it holds a lease
// that it renews, and every item it has in flight carries its name and a fence. Whatever a worker
// writes about an item holds only while the item is still its own, in the same transaction.
#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "cohort/platform/db/tx.h"
#include "cohort/platform/jobs/job.h"

namespace cohort::jobs {

/// After so many ends of the process with the item in flight it is not tried again.
constexpr std::int64_t crashes_max = 3;

// --- workers --------------------------------------------------------------------------------

/// Takes a place among the workers. `epoch` is new with each start.
Result<void> enter(db::Tx& tx, const std::string& epoch, std::chrono::milliseconds lease);

/// Shape: false when the lease was lost: others may have its items by now.
Result<bool> renew(db::Tx& tx, const std::string& epoch, std::chrono::milliseconds lease);

/// Workers whose lease ran out; with `all`, every other one: where only one process can be.
Result<std::vector<std::string>> dead_workers(db::Tx& tx, const std::string& epoch, bool all);

/// Whether a server works on the store's jobs, or did until its lease ran out.
Result<bool> anybody_works(db::Tx& tx);

/// Why a worker has to give up what it has in flight.
enum class Leave : std::uint8_t { orderly, crashed };

/// Takes a worker's items back and forgets it. What may have reached the outside becomes unknown;
/// the rest is pending again, or failed with the code "poison" after so many crashes.
/// Shape: how many items.
Result<std::int64_t> take_back(db::Tx& tx, const std::string& epoch, Leave leave);

// --- claiming -------------------------------------------------------------------------------

/// An item in the hands of a worker.
struct Claimed {
    JobId job;
    std::int64_t number = 0;
    std::int64_t fence = 0;
    std::string kind;
    JobId parent;
    StudyId study;
    SiteId site;
    std::string name;
    std::string shared;  ///< the job's input, JSON
    std::string input;   ///< JSON
    std::optional<std::string> checkpoint;
    std::int64_t attempts = 0;  ///< this one included
    std::int64_t asks = 0;      ///< this one included
    bool may_be_sent = false;   ///< to be asked about first
};

/// What a worker can do of one kind.
struct Appetite {
    std::string kind = {};
    std::int64_t slots = 0;         ///< of this worker
    std::int64_t most = 0;          ///< in flight at once, of all workers; 0: no bound
    std::int64_t most_of_lane = 0;  ///< the same for each study and site
    std::string after = {};         ///< the lane that was served last
};

struct Claim {
    std::vector<Claimed> items;
    std::map<std::string, std::string> after;  ///< by kind: the lane that was served last
};

/// Takes items: round robin over the lanes of each kind, within the lane by waiting time.
/// Shape:  `slots` in all at most.
/// Errors: conflict/worker-lost.
Result<Claim> claim(db::Tx& tx, const std::string& epoch, const std::vector<Appetite>& appetites,
                    std::int64_t slots);

/// Whether anything of these kinds waits whose time has come. May say yes in vain.
Result<bool> is_any_ready(db::Tx& tx, const std::vector<Appetite>& appetites);

/// The jobs to be cancelled that have items in flight.
Result<std::vector<JobId>> being_cancelled(db::Tx& tx);

// --- the end of an attempt ------------------------------------------------------------------

using Effects = std::function<Result<void>(db::Tx&)>;

/// What becomes of an item.
struct Verdict {
    ItemState to = ItemState::done;  ///< not in_flight
    std::string code = {};
    std::string reason = {};
    /// After which it is tried, or asked about, again. Pending without it: at once; unknown without
    /// it: only when somebody says so.
    std::optional<std::chrono::milliseconds> wait = {};
    bool counts = true;    ///< as an attempt
    Effects effects = {};  ///< in the transaction of the verdict
};

struct Ended {
    JobId job;
    std::int64_t number = 0;
    std::int64_t fence = 0;
    Verdict verdict;
};

/// Stores verdicts with their effects; those about items that are not the worker's any more are
/// passed over, effects included.
/// Shape:  how many were stored.
/// Errors: those of the effects.
Result<std::int64_t> end(db::Tx& tx, const std::string& epoch, const std::vector<Ended>& ended);

// --- in between -----------------------------------------------------------------------------

/// Which item, and by what right.
struct Hold {
    const std::string& epoch;
    const JobId& job;
    std::int64_t number = 0;
    std::int64_t fence = 0;
};

/// Errors of all three: conflict/item-lost.
Result<void> save_checkpoint(db::Tx& tx, const Hold& hold, const std::string& checkpoint);
/// From here on it may have reached the outside.
Result<void> mark_sent(db::Tx& tx, const Hold& hold);
/// Shape: whether the step is new; else its effects are in the store already.
Result<bool> begin_step(db::Tx& tx, const Hold& hold, std::string_view step);

}  // namespace cohort::jobs
