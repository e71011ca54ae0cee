// SPDX-License-Identifier: Apache-2.0
// Where sim::explore may let another goroutine run: before an operation that depends on what others
// do, and after one that others may depend on. Never with a SpinLock held.
#pragma once

#include <atomic>

namespace weft::inline abi1::detail {

/// Whether sim::explore is at work. Nobody writes it meanwhile, so asking is one load that hits and
/// a branch that is foreseen.
extern std::atomic<bool> exploring;

void step_now() noexcept;

/// A point at which the exploration may choose another goroutine to go on. Elsewhere it is nothing:
/// on plain threads, in timers' functions, where parking is forbidden.
inline void step() noexcept {
    if (exploring.load(std::memory_order_relaxed)) [[unlikely]]
        step_now();
}

}  // namespace weft::inline abi1::detail
