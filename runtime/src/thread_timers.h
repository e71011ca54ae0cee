// SPDX-License-Identifier: Apache-2.0
// The timers that plain threads start. They need no run, and outlive the one that is going on: one
// thread serves them, from the first to the end of the process.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "weft/detail/timer.h"

#include "runtime/src/timer_heap.h"

namespace weft::inline abi1::detail {

class ThreadTimers {
  public:
    ThreadTimers(const ThreadTimers&) = delete;
    ThreadTimers& operator=(const ThreadTimers&) = delete;

    void start(Timer& timer) noexcept;
    /// As stop_timer(), for a plain thread: also of a timer in a worker's heap, which may be about
    /// to be taken over and to go.
    bool stop(Timer& timer) noexcept;

    enum class Rest : std::uint8_t { goes_on, never_fires };
    /// Empties a worker's heap when its run has ended.
    void take_over(TimerHeap& from, Rest rest) noexcept;

    /// Nanoseconds of the earliest timer, or TimerHeap::never; 0 while one fires.
    std::int64_t earliest() const noexcept {
        const std::int64_t next = heap_.earliest();
        return firing_.load(std::memory_order_seq_cst) ? 0 : next;
    }
    /// How many threads this takes: one once it has been used.
    std::size_t threads() const noexcept { return threads_.load(std::memory_order_acquire); }

  private:
    friend ThreadTimers& thread_timers() noexcept;
    ThreadTimers() = default;
    [[noreturn]] void serve() noexcept;
    void begin_and_wake() noexcept;

    TimerHeap heap_;
    SpinLock moving_;  // from one heap to another, or being looked for by a plain thread
    std::atomic<std::uint32_t> changes_{0};
    std::atomic<bool> firing_{false};
    std::atomic<std::size_t> threads_{0};
};

ThreadTimers& thread_timers() noexcept;

}  // namespace weft::inline abi1::detail
