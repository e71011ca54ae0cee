// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <variant>

#include "weft/detail/step.h"
#include "weft/options.h"

/// Runs one small test in many orders of its goroutines, in the simulator, and finds those in which
/// it fails. Goroutines take turns not only where they wait, but before and after every operation
/// of weft: between a lock and the next, after a send, after a start.
namespace weft::inline abi1::sim {

/// Every choice at random. Finds most bugs soonest.
struct Random {};

/// By random priorities that change `depth - 1` times. Finds what needs one goroutine to be held up
/// for long at the wrong moment, with a bound on the chance: a bug of that depth, among n
/// goroutines and k choices, in 1 of n * k^(depth - 1) schedules at least.
/// Source: Burckhardt et al., ASPLOS 2010.
struct Pct {
    unsigned depth = 3;  ///< at least 1
};

/// All schedules in which a goroutine that could go on is stopped so many times at most, one after
/// the other. For tests without loops that wait by yield(), which have no end of schedules.
struct Dfs {
    unsigned preemptions = 2;
};

/// A schedule in which the test failed.
struct Failure {
    std::string what;    ///< the exception's text, or the report
    std::string text;    ///< all that is to be said: what, how it came to it, how to repeat it
    std::string replay;  ///< what WEFT_REPLAY must be to repeat it: "file:line/choices"
    std::size_t schedule = 0;  ///< which one failed, from 1
};

struct ExploreOptions {
    std::variant<Random, Pct, Dfs> strategy = Random{};
    std::size_t iterations = 1000;  ///< schedules at most
    std::uint64_t seed = 1;         ///< of the strategy; sim::current_seed() in each schedule
    std::size_t choices = 20'000;   ///< in one schedule; beyond, it counts as one without an end
    /// Every so many-th schedule runs twice, and what could be chosen is compared: a difference is
    /// a failure, since something decides there that the simulator does not control. 0: none does.
    std::size_t repeat_every = 10;
    /// Of each run. Reports go to on_report if that is set, else nowhere: those that matter become
    /// failures.
    Options run = {};
    /// Called with a failure instead of writing its text to standard error.
    std::function<void(const Failure&)> on_failure = {};
};

struct Explored {
    std::size_t schedules = 0;       ///< how many were run until the first failure, or in all
    bool all = false;                ///< Dfs: there are no others
    std::optional<Failure> failure;  ///< the first, shortened
    bool ok() const noexcept { return !failure; }
};

}  // namespace weft::inline abi1::sim

namespace weft::inline abi1::detail {
sim::Explored explore(const sim::ExploreOptions& options, const std::function<void()>& test,
                      const std::source_location& where);
}  // namespace weft::inline abi1::detail

namespace weft::inline abi1::sim {

/// A point at which an exploration may let another goroutine go on: for what shares atomics, which
/// weft knows nothing of. Elsewhere nothing.
inline void step() noexcept {
    detail::step();
}

/// Calls `test` as goroutine "main" of one simulated run after the other, each with other choices,
/// until it fails.
///
/// It fails when an exception leaves it, when all goroutines are asleep for ever, when some are
/// stuck (see stuck()) at a moment at which nobody can run, when it does not end, and when
/// something else than the simulator decides how it goes. The failing schedule is then shortened:
/// it is tried with fewer and fewer turns, and what is left is told goroutine by goroutine, with
/// the value of WEFT_REPLAY that repeats it. In a process with that in its environment, this very
/// call runs that one schedule only.
///
/// What ends the process (ENSURE, abort) cannot be shortened; its WEFT_REPLAY is written to
/// standard error before the end. Unseen are races of plain memory between two operations
/// (ThreadSanitizer finds those), real threads, blocking calls of the system, and whatever depends
/// on addresses. A std::mutex that is held across an operation of weft can hang the thread: use
/// weft's, or NoPark.
///
/// Blocks: the calling thread, for as many runs. Not inside weft::run. The test starts from the
///         beginning each time: what it changes outside of itself stays changed.
template <std::invocable F>
[[nodiscard]] Explored explore(
    const ExploreOptions& options, F test,
    const std::source_location& where = std::source_location::current()) {
    return detail::explore(options, std::function<void()>([&test] { (void)test(); }), where);
}

}  // namespace weft::inline abi1::sim
