// SPDX-License-Identifier: Apache-2.0
// Which of the goroutines that wait nobody can let go any more. A wait on a channel, an event or
// the like ends by somebody who can reach the other end; who can is told by where that end lies. In
// a goroutine's frame it is of use to that goroutine and to those that descend from it, to whom it
// may have been handed by reference. In an object that is Shared it is of use to whoever could use
// one of its shares. Anywhere else, in the heap or on a plain thread's stack, it
// may be of use to anybody. So whoever runs, or waits for time or the world, is live; a wait that
// somebody live could end is live; and what is left is stuck.
//
// It is not a proof: a frame's address may have been put where this does not look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <unordered_set>
#include <vector>

#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {

/// One that is stuck, with those in whose frames the ends lie that would let it go.
struct Stuck {
    WaitView waits;
    /// Waits, too; each once. The waiter itself stands here if an end is in its own frame.
    std::vector<WaitView> holders;
    std::size_t ends = 0;          ///< how many there are
    const char* handle = nullptr;  ///< what they are, where that is no Sender or Receiver
    /// One of those that wait for a lock it holds: often the very one that would let it go.
    std::vector<WaitView> kept_out;
    bool by_sharing = false;  ///< some of the ends lie in objects that the holders share
    bool proven = false;
};

/// All that wait for ever, by one look.
struct Hanging {
    /// Those at a channel, a select, an event, a condition or a semaphore, or at a group one of
    /// whose tokens nobody can drop.
    std::vector<Stuck> stuck;
    /// And those that wait for such ones, to join or for a lock: stuck as well, but not the reason.
    std::unordered_set<const Goroutine*> all;
};

/// Looks at all goroutines, each held still only while it is looked at. What is found by one look
/// may have been moving while it was looked at. Who is found by two, in the same wait, stays.
Hanging find_hanging();

/// Whether all of these, one of whom is about to wait, would wait for ever but for their deadlines.
/// By two looks, of which the second counts only those that have not moved since the first.
bool hang(const Circle& circle);

/// The same, proven: by searching all memory (deep_scan.h). Those are found as well whose ends lie
/// in the heap. `why_not`: null, or why nothing can be said. `runtimes_own`: how much of the
/// calling thread's stack is the runtime's and leads nowhere: all up to there; null: only the
/// callee's.
Hanging find_hanging_by_memory(const char*& why_not, const void* runtimes_own);

/// What is to be said of it.
Report report_of(const Stuck& stuck);

/// One of all goroutines, and who could end its wait.
struct Seen {
    Goroutine* goroutine = nullptr;
    std::uint64_t id = 0;
    const char* name = nullptr;
    std::source_location started_at{};
    WaitView waits;
    bool is_fresh = false;  ///< it has not run yet
    bool is_waiting = false;
    bool live = false;
    /// By place in the list: those in whose frames the ends lie, who hold the lock, or who must
    /// end first.
    std::vector<std::size_t> could_end;
    bool anybody = false;  ///< others could, too: time, the world, or who shares an end in the heap
};

/// One look at all goroutines, each held still only while it is looked at.
std::vector<Seen> see_who_waits_for_whom();

}  // namespace weft::inline abi1::detail
