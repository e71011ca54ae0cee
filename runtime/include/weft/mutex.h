// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

#include "weft/detail/held_locks.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/step.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

namespace detail {
struct HolderAccess;  // wait_graph.cpp
}

/// Mutual exclusion among goroutines and plain threads. Fair after a millisecond: who has waited
/// that long is handed the lock. Satisfies the standard's Mutex, so std::lock_guard and friends
/// work.
///
/// Errors: locking it twice, unlocking what another holds, destroying it while held and ending a
///         goroutine that holds it are contract breaches, reported where they happen. Where all
///         would wait for each other in a circle, lock() throws DeadlockError (Options::reactions).
/// Source: Go package sync, Mutex.
class Mutex : public detail::LockTag {
  public:
    /// `name` (a literal) appears in reports.
    explicit Mutex(const char* name = nullptr,
                   std::source_location where = std::source_location::current()) noexcept
        : LockTag(name, where, true) {}
    ~Mutex();

    /// Waits until the lock is the caller's. Unlocked, it costs one compare-and-swap.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled, without the lock. Destructors that lock should shield().
    /// Ordering: all done before the previous unlock() is visible.
    void lock(std::source_location where = std::source_location::current()) {
        detail::step();
        detail::Goroutine* me = detail::self();
        std::uintptr_t free = 0;
        const bool got =
            word_.compare_exchange_strong(free, reinterpret_cast<std::uintptr_t>(me),
                                          std::memory_order_acquire, std::memory_order_relaxed);
        detail::HeldLocks& held = detail::ambient(me).held;
        if (!got || held.count != 0) [[unlikely]]
            return lock_slowly(me, got, where);
        detail::note_first_locked(held, this);
    }

    /// Takes the lock only if it is free. Never waits.
    [[nodiscard]] bool try_lock() noexcept;

    /// Gives the lock back. Never waits. By another than who locked it: a contract breach.
    void unlock(std::source_location where = std::source_location::current()) noexcept {
        detail::Goroutine* me = detail::self();
        auto mine = reinterpret_cast<std::uintptr_t>(me);
        // Before the locked instruction: after it the loads would wait for it.
        detail::note_unlocked(detail::ambient(me).held, this);
        if (!word_.compare_exchange_strong(mine, 0, std::memory_order_release,
                                           std::memory_order_relaxed)) [[unlikely]]
            unlock_contended(me, where);
        detail::step();
    }

  private:
    friend struct detail::HolderAccess;
    // The word: the owner's address and these bits.
    static constexpr std::uintptr_t waited_for = 1;  // the list may hold somebody: unlock() looks
    static constexpr std::uintptr_t starving = 2;    // the first in the list gets it, nobody else
    static constexpr std::uintptr_t waking = 4;      // somebody was woken and has not tried yet
    static constexpr std::uintptr_t owner_mask = ~std::uintptr_t{7};

    struct LockWaiter;
    static const detail::Goroutine* owner_in(std::uintptr_t word) noexcept {
        return reinterpret_cast<const detail::Goroutine*>(  // NOLINT(performance-no-int-to-ptr)
            word & owner_mask);
    }
    void lock_slowly(detail::Goroutine* me, bool got, std::source_location where);
    void wait_for_turn(detail::Goroutine* me, std::source_location where);
    void unlock_contended(detail::Goroutine* me, std::source_location where) noexcept;
    bool take(detail::Goroutine* me) noexcept;
    bool take_listed(detail::Goroutine* me) noexcept;
    bool take_or_mark(detail::Goroutine* me, std::uintptr_t bits) noexcept;
    void forget_waiter(LockWaiter& waiter) noexcept;

    detail::SpinLock lock_;  // guards the list and every change of the bits; here it costs no room
    std::atomic<std::uintptr_t> word_{0};
    detail::WaitList waiters_;
};

}  // namespace weft::inline abi1
