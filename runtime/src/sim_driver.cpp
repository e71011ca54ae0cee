// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/sim_driver.h"

namespace weft::inline abi1::detail {

std::size_t SimDriver::choose(Choice, std::size_t n) noexcept {
    ++steps_;
    if (n <= 1) return 0;
    // Not std::uniform_int_distribution: its answers differ between libraries, and a seed must not.
    return static_cast<std::size_t>(generator_() % n);
}

Goroutine* SimDriver::take_runnable() noexcept {
    if (runnable_.empty()) return nullptr;
    const std::size_t i = choose(Choice::next_goroutine, runnable_.size());
    Goroutine* chosen = runnable_[i];
    // Order is kept, so that a schedule reads the same when a choice is removed from it.
    runnable_.erase(runnable_.begin() + static_cast<std::ptrdiff_t>(i));
    return chosen;
}

}  // namespace weft::inline abi1::detail
