// SPDX-License-Identifier: Apache-2.0
// The other side of the seam: one worker whose every choice comes from one source and whose time is
// virtual.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "weft/detail/park.h"

#include "runtime/src/strategy.h"

namespace weft::inline abi1::sim {
class SimDisk;
}

namespace weft::inline abi1::detail {

class ExploredRun;
class SimStreams;

class SimDriver {
  public:
    /// Choices come from the seed; goroutines take turns only where they wait.
    explicit SimDriver(std::uint64_t seed);
    /// Choices are the run's; goroutines take turns at every step().
    SimDriver(std::uint64_t seed, ExploredRun& run) : seed_(seed), run_(&run), random_(seed) {}

    std::uint64_t seed() const noexcept { return seed_; }
    /// Null: this run is not one of an exploration.
    ExploredRun* explored() const noexcept { return run_; }
    /// Nobody shall run any more.
    bool is_over() const noexcept;

    /// A number in [0, n), n > 0. Every choice of a simulated run comes through here.
    std::size_t choose(Choice kind, std::size_t n) noexcept;

    void make_runnable(Goroutine* goroutine);
    bool has_runnable() const noexcept { return !runnable_.empty(); }
    /// Who runs when `running` has stopped; null: nobody can.
    Goroutine* take_runnable(const Goroutine* running) noexcept;
    /// Who runs in place of `running`, which could go on; null: it does.
    Goroutine* take_instead_of(const Goroutine* running) noexcept;
    /// It has said that others should run.
    void gives_way(const Goroutine* running) noexcept;

    SimStreams* network = nullptr;  ///< a SimNetwork's, while there is one
    sim::SimDisk* disk = nullptr;   ///< likewise
    std::int64_t wall_offset = 0;   ///< how far the wall clock has been moved

    std::int64_t now() const noexcept { return now_; }
    void advance_to(std::int64_t when) noexcept {
        if (when > now_) now_ = when;
    }

  private:
    struct Runnable {
        Goroutine* goroutine;
        std::uint32_t number;  // of its birth, in an exploration
    };
    std::uint32_t number_of(const Goroutine* goroutine);
    std::size_t choose_next(const Goroutine* going_on) noexcept;
    Goroutine* take(std::size_t i) noexcept;

    std::uint64_t seed_;
    ExploredRun* run_ = nullptr;
    RandomStrategy random_;
    std::vector<Runnable> runnable_;
    std::unordered_map<std::uint64_t, std::uint32_t> numbers_;  // by id
    std::vector<std::uint32_t> candidates_;                     // of one choice
    std::int64_t now_ = 1'000'000'000;  // not zero, so that "never started" stays distinguishable
};

}  // namespace weft::inline abi1::detail
