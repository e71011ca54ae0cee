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

/// Many readers or one writer. A waiting writer stops new readers, so it cannot starve; when a
/// writer leaves, all readers that wait by then go in together before the next writer. Satisfies
/// the standard's SharedMutex, so std::shared_lock works.
///
/// Errors: a read lock inside a read lock can deadlock with a writer in between and is a breach
/// when
///         one waits; so is every misuse that Mutex names.
///         A circle of waits is refused with DeadlockError, as by Mutex.
/// Source: Go package sync, RWMutex.
class RWMutex : public detail::LockTag {
  public:
    /// `name` (a literal) appears in reports.
    explicit RWMutex(const char* name = nullptr,
                     std::source_location where = std::source_location::current()) noexcept
        : LockTag(name, where, false) {}
    ~RWMutex();

    /// Waits until the caller alone has the lock.
    ///
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled, without the lock; readers it held up go on.
    void lock(std::source_location where = std::source_location::current());
    [[nodiscard]] bool try_lock() noexcept;
    void unlock(std::source_location where = std::source_location::current()) noexcept;

    /// Waits until no writer has the lock or waits for it. Costs one locked addition then.
    ///
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled, without the lock.
    void lock_shared(std::source_location where = std::source_location::current()) {
        detail::step();
        detail::Goroutine* me = detail::self();
        // Counted before it is known whether that is right: taken back where it is not.
        const std::uint64_t before = state_.fetch_add(reader, std::memory_order_acquire);
        detail::HeldLocks& held = detail::ambient(me).held;
        if ((before & (written | awaited)) != 0 || held.count != 0) [[unlikely]]
            return lock_shared_slowly(me, before, where);
        detail::note_first_locked(held, this);
    }
    [[nodiscard]] bool try_lock_shared() noexcept;
    void unlock_shared(std::source_location where = std::source_location::current()) noexcept {
        detail::HeldLocks& held = detail::ambient(detail::self()).held;
        // Here for the reason that Mutex::unlock() has.
        const bool is_noted = detail::note_unlocked(held, this);
        const std::uint64_t before = state_.fetch_sub(reader, std::memory_order_release);
        if (!is_noted || before < reader) [[unlikely]]
            detail::lock_misused(*this, "unlock_shared() of an RWMutex that is not held so", where);
        after_reader(before);
        detail::step();
    }

  private:
    friend struct detail::HolderAccess;
    // The state: how many read, or are just finding out that they may not, and these bits.
    static constexpr std::uint64_t written = 1;  // a writer has it
    static constexpr std::uint64_t awaited = 2;  // somebody queues: whoever leaves looks
    static constexpr std::uint64_t reader = 4;

    void lock_contended(detail::Goroutine* me, std::source_location where);
    void unlock_contended() noexcept;
    bool let_run_and_enter(std::uint64_t out, std::uint64_t entry) noexcept;
    void lock_shared_slowly(detail::Goroutine* me, std::uint64_t before,
                            std::source_location where);
    void lock_shared_contended(detail::Goroutine* me, std::source_location where);
    void after_reader(std::uint64_t before) noexcept {
        if (before - reader < reader && (before & awaited) != 0) [[unlikely]]
            let_next_in();
    }
    void let_next_in() noexcept;
    detail::Waiter* admit_readers() noexcept;
    detail::Waiter* admit_writer() noexcept;
    void wait_in(detail::WaitList& list, detail::Waiter& waiter);
    void forget_waiter(detail::WaitList& list, detail::Waiter& waiter) noexcept;
    bool holds(const detail::Goroutine* me) const noexcept {
        return writer_.load(std::memory_order_relaxed) == me;
    }

    detail::SpinLock lock_;  // guards the lists; `awaited` is set and cleared under it
    std::atomic<std::uint64_t> state_{0};
    std::atomic<const detail::Goroutine*> writer_{nullptr};
    detail::WaitList writers_;
    detail::WaitList readers_;
};

}  // namespace weft::inline abi1
