// SPDX-License-Identifier: Apache-2.0
// A full barrier between two threads of which one passes often and the other rarely: the rare one
// pays for both with membarrier(2). Where the kernel has none, the frequent one pays.
#pragma once

#include <atomic>

namespace weft::inline abi1::detail {

/// Whether this kernel has membarrier. Decided before main.
extern const bool has_membarrier;

void full_fence() noexcept;

/// The frequent side: what stands before it is seen by a thread that has passed heavy_fence(), or
/// what stands after it sees what that thread did before.
inline void light_fence() noexcept {
    if (has_membarrier) [[likely]]
        std::atomic_signal_fence(std::memory_order_seq_cst);
    else
        full_fence();
}

/// The rare side: some microseconds.
void heavy_fence() noexcept;

}  // namespace weft::inline abi1::detail
