// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "weft/detail/spin_lock.h"
#include "weft/detail/timer.h"

namespace weft::inline abi1::detail {

/// One worker's timers: a 4-ary heap by time, ties in the order of starting, so that virtual time
/// is exact. Any thread may start, stop and fire; a SpinLock guards it.
class TimerHeap {
  public:
    static constexpr std::int64_t never = INT64_MAX;

    /// Nanoseconds of the earliest timer, or `never`. Readable without the lock.
    std::int64_t earliest() const noexcept { return earliest_.load(std::memory_order_acquire); }

    void start(Timer& timer) noexcept;
    bool stop(Timer& timer) noexcept;  // see stop_timer

    /// Fires what is due. Returns how many.
    std::size_t fire_due(std::int64_t now) noexcept;

  private:
    struct Entry {
        std::int64_t when;
        std::uint64_t order;
        Timer* timer;
        bool before(const Entry& other) const noexcept {
            return when != other.when ? when < other.when : order < other.order;
        }
    };
    void up(std::size_t at) noexcept;
    void down(std::size_t at) noexcept;
    void remove(std::size_t at) noexcept;
    void set(std::size_t at, const Entry& entry) noexcept {
        entries_[at] = entry;
        entry.timer->place = static_cast<std::uint32_t>(at);
    }
    void publish_earliest() noexcept {
        earliest_.store(entries_.empty() ? never : entries_[0].when, std::memory_order_release);
    }

    SpinLock lock_;
    std::vector<Entry> entries_;
    std::uint64_t next_order_ = 0;
    std::atomic<std::int64_t> earliest_{never};
};

}  // namespace weft::inline abi1::detail
