// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/biased_lock.h"

#include <sched.h>

namespace weft::inline abi1::detail {

// Not inline: who passes by plain stores should not save registers for it.
void BiasedLock::lock_as_all_after_step(const Worker* me) noexcept {
    step();
    lock_as_all(me);
}

void BiasedLock::unlock_as_all_before_step() noexcept {
    unlock_as_all();
    step();
}

void BiasedLock::take_bias_away() noexcept {
    friend_.store(nullptr, std::memory_order_relaxed);
    heavy_fence();
    for (unsigned spins = 0; friend_inside_.load(std::memory_order_acquire); ++spins) {
        pause_cpu();
        if (spins > 1000) sched_yield();  // it has lost its processor
    }
    constexpr std::uint32_t most = std::uint32_t{1} << 30;
    if (alone_wanted_ < most) alone_wanted_ *= 2;
    last_ = nullptr;
}

}  // namespace weft::inline abi1::detail
