// SPDX-License-Identifier: Apache-2.0
// All waits of one moment, as a graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {

class Waits {
  public:
    enum class Which : std::uint8_t { that_name_their_peers, also_with_locks_held };
    /// A way through permits says nothing by itself: any permit ends the wait.
    enum class Through : std::uint8_t { holders, permits_too };
    /// Looks at all goroutines, each held still only while it is looked at, and keeps what is
    /// asked for: of a million most wait for a peer that nobody knows, and hold nothing.
    explicit Waits(Which which);

    const std::vector<WaitView>& all() const noexcept { return all_; }
    /// Null: it does not wait, or not so.
    const WaitView* of(const Goroutine* goroutine) const;
    /// Those that wait while they hold this lock.
    std::vector<const WaitView*> holders_of(const void* lock) const;
    /// Those that hold it and run, or could. A glimpse; empty unless asked for locks.
    std::vector<Goroutine*> running_holders_of(const void* lock) const;

    /// The shortest circle through `from`. Empty: there is none.
    Circle circle_through(const Goroutine* from, Through through = Through::holders) const;
    /// A circle for each goroutine that waits in one or, in the end, for one; none twice. Who has
    /// not left its stack yet may still be about to ask for itself, and is left out.
    std::vector<Circle> circles() const;

  private:
    using Places = std::vector<std::size_t>;
    /// Those that wait for the same: for several at one object.
    using Group = std::pair<const void*, WaitKind>;
    static Group group_of(const WaitView& waits) noexcept { return {waits.object, waits.kind}; }

    struct Runner {
        Goroutine* goroutine;
        HeldLocks held;
    };
    void add(const WaitView& seen);
    void glimpse_at(Goroutine* running);
    void find_who_acts_on_what();
    Places peers(const WaitView& waits, Through through) const;
    void add_if_there(const Goroutine* holder, Places& places) const;
    std::vector<Places> edges_among_parked() const;
    /// How many ways of each lead into a circle.
    static std::vector<std::size_t> ways_into_circles(const std::vector<Places>& edges);
    Circle shortest(std::size_t from, Through through) const;

    std::vector<WaitView> all_;
    std::vector<Runner> running_;
    std::unordered_map<const Goroutine*, std::size_t> index_;
    // By lock, by owner or task, and by RWMutex: who holds it, belongs to it, waits to write in it.
    std::unordered_map<const void*, Places> acting_;
};

/// A glimpse, whether it waits or runs.
bool seems_to_hold(const Goroutine* goroutine, const void* lock) noexcept;

}  // namespace weft::inline abi1::detail
