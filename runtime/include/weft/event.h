// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <source_location>

#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1 {

/// Something that has happened or not. Stays set until reset(); everybody who waits goes on.
///
/// Errors: destroying it while somebody waits is a contract breach. A waiter may destroy it as soon
///         as its own wait() has returned, also while set() has not returned yet.
/// Source: Go has none; there one closes a channel. Win32 manual-reset event, folly::Baton.
class Event {
  public:
    /// `name` (a literal) appears in reports.
    explicit Event(const char* name = nullptr) noexcept : name_(name) {}
    ~Event();
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    /// Lets all who wait go on, and all who come until reset(). Again: nothing. Never blocks; from
    /// anywhere, timers and foreign threads included.
    void set() noexcept;
    /// Who comes from now on waits again. Those that set() has let go on are not held back.
    void reset() noexcept;
    bool is_set() const noexcept { return set_.load(std::memory_order_acquire); }

    /// Waits until it is set.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled.
    /// Ordering: all done before set() is visible.
    void wait(const std::source_location& where = std::source_location::current());

  private:
    std::atomic<bool> set_{false};  // written under lock_
    detail::SpinLock lock_;
    detail::WaitList waiters_;
    const char* name_;
};

}  // namespace weft::inline abi1
