// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/biased_lock.h"

#include <sched.h>

#include "runtime/src/runtime.h"

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

// To the first worker of this run, always. Were it to lean to another, then the first, which had
// seen that it was the friend and then lost its processor, would say later that it was inside, see
// that it was not, and take that word back: the word of the other, who may be inside.
bool BiasedLock::may_lean() noexcept {
    if (last_ == nullptr) return false;  // no worker
    const std::uint32_t run = last_->runtime.number;
    if (leans_in_run_ != run) {
        leans_in_run_ = run;
        only_friend_ = last_;
    }
    if (only_friend_ == last_) return true;
    alone_ = 0;
    return false;
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
