// SPDX-License-Identifier: Apache-2.0
// The two queues of a worker. Only the owner pushes; anybody may steal the oldest.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace weft::detail {

class Goroutine;

/// Readied goroutines, first in, first out.
class ReadyRing {
  public:
    static constexpr std::uint32_t capacity = 256;

    std::uint32_t size() const noexcept {
        return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
    }
    /// Owner only. False: full.
    bool push(Goroutine* goroutine) noexcept {
        const auto tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
        slots_[tail % capacity].store(goroutine, std::memory_order_relaxed);
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    /// Anybody: the oldest, or null.
    Goroutine* pop() noexcept {
        auto head = head_.load(std::memory_order_acquire);
        while (head != tail_.load(std::memory_order_acquire)) {
            Goroutine* oldest = slots_[head % capacity].load(std::memory_order_relaxed);
            if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel))
                return oldest;
        }
        return nullptr;
    }
    std::uint32_t head() const noexcept { return head_.load(std::memory_order_acquire); }
    std::uint32_t tail() const noexcept { return tail_.load(std::memory_order_acquire); }

  private:
    alignas(64) std::atomic<std::uint32_t> head_{0};
    alignas(64) std::atomic<std::uint32_t> tail_{0};
    std::array<std::atomic<Goroutine*>, capacity> slots_{};
};

/// Spawned goroutines that have not run: the owner takes the newest, so that stacks stay hot and a
/// tree of spawns is walked depth first; thieves take the oldest. The Chase-Lev deque (SPAA 2005)
/// with the orderings of Lê, Pop, Cohen and Zappa Nardelli (PPoPP 2013), over a fixed ring.
class FreshDeque {
  public:
    static constexpr std::int64_t capacity = 256;

    std::int64_t size() const noexcept {
        const auto n =
            bottom_.load(std::memory_order_acquire) - top_.load(std::memory_order_acquire);
        return n > 0 ? n : 0;
    }
    std::int64_t top() const noexcept { return top_.load(std::memory_order_acquire); }
    std::int64_t bottom() const noexcept { return bottom_.load(std::memory_order_acquire); }
    /// Owner only. False: full.
    bool push(Goroutine* goroutine) noexcept {
        const auto bottom = bottom_.load(std::memory_order_relaxed);
        if (bottom - top_.load(std::memory_order_acquire) >= capacity) return false;
        slots_[bottom % capacity].store(goroutine, std::memory_order_relaxed);
        bottom_.store(bottom + 1, std::memory_order_release);
        return true;
    }
    /// Owner only: the newest, or null.
    Goroutine* pop_newest() noexcept {
        const auto bottom = bottom_.load(std::memory_order_relaxed) - 1;
        // An empty deque is by far the most common answer; no fence is needed to see one's own
        // pushes.
        if (top_.load(std::memory_order_relaxed) > bottom) return nullptr;
        bottom_.store(bottom, std::memory_order_seq_cst);
        auto top = top_.load(std::memory_order_seq_cst);
        if (top > bottom) {
            bottom_.store(bottom + 1, std::memory_order_relaxed);
            return nullptr;
        }
        Goroutine* newest = slots_[bottom % capacity].load(std::memory_order_relaxed);
        if (top == bottom) {
            if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst))
                newest = nullptr;
            bottom_.store(bottom + 1, std::memory_order_relaxed);
        }
        return newest;
    }
    /// Anybody: the oldest, or null (also when another thief was faster).
    Goroutine* pop_oldest() noexcept {
        auto top = top_.load(std::memory_order_seq_cst);
        if (top >= bottom_.load(std::memory_order_seq_cst)) return nullptr;
        Goroutine* oldest = slots_[top % capacity].load(std::memory_order_relaxed);
        if (!top_.compare_exchange_strong(top, top + 1, std::memory_order_seq_cst)) return nullptr;
        return oldest;
    }

  private:
    alignas(64) std::atomic<std::int64_t> top_{0};
    alignas(64) std::atomic<std::int64_t> bottom_{0};
    std::array<std::atomic<Goroutine*>, capacity> slots_{};
};

}  // namespace weft::detail
