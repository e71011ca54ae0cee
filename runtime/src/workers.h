// SPDX-License-Identifier: Apache-2.0
// The workers of a runtime: as many as were asked for, and behind them the spares that were ever
// needed. One may join while others walk the list, none ever goes: what a spare leaves behind (its
// timers, its count of goroutines) is looked after like any worker's.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

class Workers {
  public:
    explicit Workers(std::size_t most) : all_(most) {}

    auto begin() const noexcept { return all_.begin(); }
    auto end() const noexcept { return all_.begin() + static_cast<std::ptrdiff_t>(size()); }
    std::size_t size() const noexcept { return size_.load(std::memory_order_acquire); }
    std::size_t most() const noexcept { return all_.size(); }
    const std::unique_ptr<Worker>& operator[](std::size_t i) const noexcept { return all_[i]; }

    /// One thread at a time.
    void add(std::unique_ptr<Worker> worker) noexcept {
        const std::size_t at = size_.load(std::memory_order_relaxed);
        all_[at] = std::move(worker);
        size_.store(at + 1, std::memory_order_release);
    }

  private:
    std::vector<std::unique_ptr<Worker>> all_;  // null behind the first size_
    std::atomic<std::size_t> size_{0};
};

}  // namespace weft::inline abi1::detail
