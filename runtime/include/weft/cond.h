// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

/// A place to wait for a condition that a lock guards. The condition is read and changed under the
/// lock; a channel or an Event is often simpler.
///
/// Errors: waiting without holding the lock is the lock's contract breach, and so is destroying a
///         Cond that somebody waits on.
/// Source: Go package sync, Cond.
class Cond {
  public:
    /// `name` (a literal) appears in reports.
    explicit Cond(const char* name = nullptr) noexcept : name_(name) {}
    ~Cond();
    Cond(const Cond&) = delete;
    Cond& operator=(const Cond&) = delete;

    /// Releases `lock`, waits for a signal() or broadcast() that comes after that, and takes `lock`
    /// again. `lock` is a Mutex, a std::unique_lock of one, or anything else with lock() and
    /// unlock(). There are no spurious wakes, but another may have been faster: wait in a loop, or
    /// with a condition.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled, with the lock taken again. A signal that was meant for a
    ///           cancelled wait goes to the next one.
    /// Ordering: first come, first signalled.
    template <class Lock>
    void wait(Lock& lock, const std::source_location& where = std::source_location::current()) {
        detail::Waiter waiter;
        enqueue(waiter, where);
        [&lock]() noexcept { lock.unlock(); }();  // queued by now: no exception may leave
        const bool signalled = sleep(waiter);
        {
            const Uninterrupted until_locked;
            lock.lock();
        }
        if (!signalled) detail::throw_cancelled();
    }
    template <class Lock, class Condition>
    void wait(Lock& lock, Condition holds,
              const std::source_location& where = std::source_location::current()) {
        while (!holds()) wait(lock, where);
    }

    /// Wakes the one who has waited longest. With or without the lock.
    void signal() noexcept;
    /// Wakes all who wait.
    void broadcast() noexcept;

  private:
    // wait() returns with the lock or not at all: no cancel may come between, nor a DeadlockError.
    // As in a destructor that runs because of an exception.
    class Uninterrupted {
      public:
        Uninterrupted() noexcept;
        ~Uninterrupted();
        Uninterrupted(const Uninterrupted&) = delete;
        Uninterrupted& operator=(const Uninterrupted&) = delete;

      private:
        int exceptions_;
    };
    void enqueue(detail::Waiter& waiter, const std::source_location& where) noexcept;
    bool sleep(detail::Waiter& waiter) noexcept;

    detail::SpinLock lock_;
    detail::WaitList waiters_;
    const char* name_;
};

}  // namespace weft::inline abi1
