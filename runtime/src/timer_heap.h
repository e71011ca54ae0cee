// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "weft/detail/spin_lock.h"
#include "weft/detail/timer.h"

namespace weft::inline abi1::detail {

/// One worker's timers: a 4-ary heap by time, ties in the order of starting, so that virtual time
/// is exact. Any thread may start, stop and fire; a SpinLock guards it.
///
/// An entry names its timer by a number, and nobody keeps the entry's place: so a timer that is
/// stopped leaves its entry behind (which goes once it is the earliest, or when most entries are
/// such), and no move within the heap touches a sleeper's stack. Four children fill a cache line.
class TimerHeap {
  public:
    static constexpr std::int64_t never = INT64_MAX;

    /// Nanoseconds of the earliest timer, or `never`. Readable without the lock.
    std::int64_t earliest() const noexcept { return earliest_.load(std::memory_order_acquire); }

    /// Those of stopped timers included that are still there.
    std::size_t entries() const noexcept { return size_; }

    void start(Timer& timer) noexcept;
    static bool stop(Timer& timer) noexcept;  // see stop_timer

    /// The two parts of stop(): takes it out if it has not begun to fire, and waits for the end of
    /// that.
    static bool take_out(Timer& timer) noexcept;
    static void wait_until_fired(Timer& timer) noexcept;

    /// Gives all to another heap; to none, and they never fire. Returns how many. Nobody may start
    /// or stop one in this heap meanwhile, nor know of this heap afterwards.
    std::size_t hand_over(TimerHeap* to) noexcept;

    /// Fires what is due. Returns how many.
    std::size_t fire_due(std::int64_t now) noexcept;

  private:
    struct Entry {
        std::int64_t when;
        std::uint32_t order;  // counts round; those that tie are close together
        std::uint32_t slot;
        bool before(const Entry& other) const noexcept {
            return when != other.when ? when < other.when
                                      : static_cast<std::int32_t>(order - other.order) < 0;
        }
    };
    struct alignas(64) Line {
        std::array<Entry, 4> entries;
    };
    // The root stands last in the first line, so that children begin a line.
    Entry& entry(std::size_t at) noexcept { return lines_[(at + 3) / 4].entries[(at + 3) % 4]; }
    bool stopped(const Entry& e) const noexcept { return timers_[e.slot] == nullptr; }

    std::uint32_t take_slot(Timer& timer);
    void up(std::size_t at) noexcept;
    void down(std::size_t at) noexcept;
    void drop_first() noexcept;
    void drop_stopped() noexcept;
    void settle() noexcept;

    SpinLock lock_;
    std::vector<Line> lines_;
    std::size_t size_ = 0;        // entries
    std::size_t stopped_ = 0;     // of them
    std::vector<Timer*> timers_;  // by slot; null: stopped
    std::vector<std::uint32_t> free_slots_;
    std::uint32_t next_order_ = 0;
    std::atomic<std::int64_t> earliest_{never};
};

}  // namespace weft::inline abi1::detail
