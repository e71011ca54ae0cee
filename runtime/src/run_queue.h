// SPDX-License-Identifier: Apache-2.0
// The two queues of a worker. Whoever changes one stands inside the worker's OwnerGate; the counts
// may be read from outside, as hints.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace weft::inline abi1::detail {

class Goroutine;

/// A ring of goroutines with two ends. Positions only grow, so that a thief can tell whether what
/// it saw is still there: what stands at `oldest` leaves by pop_oldest() or not at all while
/// something younger is left.
template <std::uint32_t capacity>
class RunQueue {
  public:
    std::uint32_t oldest() const noexcept { return oldest_.load(std::memory_order_relaxed); }
    std::uint32_t end() const noexcept { return end_.load(std::memory_order_relaxed); }
    std::uint32_t size() const noexcept {
        const auto n = static_cast<std::int32_t>(end() - oldest());
        return n > 0 ? static_cast<std::uint32_t>(n) : 0;  // read from outside it may be torn
    }
    bool empty() const noexcept { return oldest() == end(); }

    /// False: full.
    bool push(Goroutine* goroutine) noexcept {
        const auto at = end();
        if (at - oldest() == capacity) return false;
        slots_[at % capacity] = goroutine;
        end_.store(at + 1, std::memory_order_relaxed);
        return true;
    }
    Goroutine* pop_oldest() noexcept {
        const auto at = oldest();
        if (at == end()) return nullptr;
        oldest_.store(at + 1, std::memory_order_relaxed);
        return slots_[at % capacity];
    }
    Goroutine* pop_newest() noexcept {
        const auto at = end();
        if (oldest() == at) return nullptr;
        end_.store(at - 1, std::memory_order_relaxed);
        return slots_[(at - 1) % capacity];
    }

  private:
    std::atomic<std::uint32_t> oldest_{0};
    std::atomic<std::uint32_t> end_{0};
    std::array<Goroutine*, capacity> slots_{};
};

}  // namespace weft::inline abi1::detail
