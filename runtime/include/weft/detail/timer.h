// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "weft/time.h"

namespace weft::inline abi1::detail {

/// A timer in its owner's memory. `fire` runs once on a worker (or the poller) without any
/// goroutine: it may claim and ready, take SpinLocks and start goroutines, but never park or run
/// user code for long.
struct Timer {
    TimePoint when{};
    void (*fire)(Timer*) noexcept = nullptr;
    void* heap = nullptr;    // the heap that holds it, owned by the runtime
    std::uint32_t slot = 0;  // its number in that heap
    std::atomic<std::uint32_t> state{0};
};

/// Starts a timer that is not running.
void start_timer(Timer& timer) noexcept;

/// Stops it. True: it will not fire. False: it fired or is firing; when this returns, `fire` has
/// returned, so the memory may go. Must not be called with a lock held that `fire` takes.
bool stop_timer(Timer& timer) noexcept;

}  // namespace weft::inline abi1::detail
