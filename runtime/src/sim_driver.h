// SPDX-License-Identifier: Apache-2.0
// The other side of the seam: one worker whose every choice comes from a seed and whose time is
// virtual.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "weft/detail/park.h"

namespace weft::inline abi1::detail {

class SimDriver {
  public:
    explicit SimDriver(std::uint64_t seed) : seed_(seed), generator_(seed) {}

    std::uint64_t seed() const noexcept { return seed_; }

    /// A number in [0, n), n > 0. Every choice of a simulated run comes through here.
    std::size_t choose(Choice kind, std::size_t n) noexcept;

    void make_runnable(Goroutine* goroutine) { runnable_.push_back(goroutine); }
    bool has_runnable() const noexcept { return !runnable_.empty(); }
    Goroutine* take_runnable() noexcept;

    std::int64_t now() const noexcept { return now_; }
    void advance_to(std::int64_t when) noexcept {
        if (when > now_) now_ = when;
    }
    std::uint64_t steps() const noexcept { return steps_; }

  private:
    std::uint64_t seed_;
    std::mt19937_64 generator_;
    std::vector<Goroutine*> runnable_;
    std::int64_t now_ = 1'000'000'000;  // not zero, so that "never started" stays distinguishable
    std::uint64_t steps_ = 0;
};

}  // namespace weft::inline abi1::detail
