// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "weft/run.h"

/// Runs a program under the runtime's other driver: one worker, every choice (which goroutine runs
/// next, which ready case a select takes) drawn from a seed, and virtual time that moves only when
/// nothing can run. The same seed gives the same run. blocking() and PinnedThread run their
/// function at once on the worker.
namespace weft::inline abi1::sim {

/// One simulated run. 0, main's own code, or 2: every goroutine was asleep for ever (the report is
/// on stderr, or went to Options::on_deadlock).
template <class F>
int run(std::uint64_t seed, const Options& options, F main) {
    return detail::run_main(
        [&](const detail::Body& body, void* closure) {
            return detail::run_simulated(seed, options, body, closure);
        },
        std::move(main));
}
template <class F>
int run(std::uint64_t seed, F main) {
    return run(seed, Options{}, std::move(main));
}

/// The seed of the simulation the caller runs in, or nothing's: 0.
std::uint64_t current_seed() noexcept;

/// A number in [0, n) from the run's seed, for tests that choose.
inline std::size_t choose(std::size_t n) noexcept {
    return detail::choose(detail::Choice::user, n);
}

}  // namespace weft::inline abi1::sim
