// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/spin_lock.h"

#include <sched.h>

namespace weft::inline abi1::detail {

void SpinLock::lock_contended() noexcept {
    for (unsigned round = 0;; ++round) {
        for (unsigned i = 0; i < 64; ++i) {
            if (!held_.load(std::memory_order_relaxed) &&
                !held_.exchange(true, std::memory_order_acquire))
                return;
            pause_cpu();
        }
        // The holder's thread has probably lost its processor: give it ours.
        if (round >= 4) sched_yield();
    }
}

}  // namespace weft::inline abi1::detail
