// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <source_location>
#include <string_view>
#include <utility>

#include "weft/compat/go.h"
#include "weft/detail/spin_lock.h"
#include "weft/detail/wait_list.h"

namespace weft::inline abi1::compat {

/// Go's WaitGroup, with its counter in the open. Outlives everybody it counts: pass it by reference
/// only to goroutines that wait() will wait for.
///
/// Errors: a first add() by another goroutine than the one whose wait() had already found nothing
///         (the add inside the goroutine) is reported, as a SMELL. Destroyed while it counts is a
///         contract breach.
/// Source: Go package sync, WaitGroup.
class WaitGroup {
  public:
    explicit WaitGroup(const char* name = nullptr) noexcept : name_(name) {}
    ~WaitGroup();
    WaitGroup(const WaitGroup&) = delete;
    WaitGroup& operator=(const WaitGroup&) = delete;

    /// Errors: Panic "sync: negative WaitGroup counter"; the counter stays as it was.
    void add(std::int64_t delta,
             const std::source_location& where = std::source_location::current());
    void done(const std::source_location& where = std::source_location::current()) {
        add(-1, where);
    }

    /// Waits until the counter is zero.
    ///
    /// Blocks:   the goroutine, never its thread.
    /// Cancels:  throws Cancelled if an ambient context is in force and ends.
    /// Ordering: all done before each done() is visible.
    void wait(const std::source_location& where = std::source_location::current());

    /// add(1), and done() when `f` returns, also by an exception.
    template <std::invocable F>
    void go(std::string_view name, F f,
            const std::source_location& where = std::source_location::current()) {
        struct Counted {
            WaitGroup* group;
            Counted(WaitGroup* counting, const std::source_location& at) : group(counting) {
                group->add(1, at);
            }
            Counted(Counted&& other) noexcept : group(std::exchange(other.group, nullptr)) {}
            ~Counted() {
                if (group != nullptr) group->done();
            }
        };
        // Declared first, so that what f captured is gone when the count goes down.
        compat::go(
            name, [counted = Counted(this, where), f = std::move(f)]() mutable { f(); }, where);
    }

  private:
    const char* name_;
    weft::detail::SpinLock lock_;
    std::int64_t count_ = 0;
    bool used_ = false;
    const weft::detail::Goroutine* waited_for_nothing_ = nullptr;
    weft::detail::WaitList waiters_;
};

}  // namespace weft::inline abi1::compat
