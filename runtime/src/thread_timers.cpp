// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/thread_timers.h"

#include <mutex>
#include <thread>

#include "runtime/src/fiber.h"
#include "runtime/src/runtime.h"
#include "runtime/src/thread_park.h"

namespace weft::inline abi1::detail {

ThreadTimers& thread_timers() noexcept {
    static auto* one = new ThreadTimers;  // never destroyed: its thread runs to the very end
    return *one;
}

void ThreadTimers::start(Timer& timer) noexcept {
    Unwatched unwatched;
    // Read first: once it is started it may fire, and its memory may go.
    const std::int64_t when = timer.when.time_since_epoch().count();
    heap_.start(timer);
    // Else its thread is there already, and wakes before that.
    if (when <= heap_.earliest()) begin_and_wake();
}

bool ThreadTimers::stop(Timer& timer) noexcept {
    {
        std::lock_guard lock(moving_);
        if (TimerHeap::take_out(timer)) return true;
    }
    TimerHeap::wait_until_fired(timer);
    return false;
}

void ThreadTimers::take_over(TimerHeap& from, Rest rest) noexcept {
    Unwatched unwatched;
    std::size_t moved = 0;
    {
        std::lock_guard lock(moving_);
        moved = from.hand_over(rest == Rest::goes_on ? &heap_ : nullptr);
    }
    if (rest == Rest::goes_on && moved > 0) begin_and_wake();
}

void ThreadTimers::begin_and_wake() noexcept {
    if (threads_.exchange(1, std::memory_order_acq_rel) == 0)
        std::thread([this] { serve(); }).detach();
    changes_.fetch_add(1, std::memory_order_release);
    futex_wake(changes_);
}

void ThreadTimers::serve() noexcept {
    for (;;) {
        const std::uint32_t seen = changes_.load(std::memory_order_acquire);
        futex_wait(changes_, seen, heap_.earliest());
        firing_.store(true, std::memory_order_seq_cst);
        heap_.fire_due(machine_now());
        firing_.store(false, std::memory_order_seq_cst);
    }
}

}  // namespace weft::inline abi1::detail
