// SPDX-License-Identifier: Apache-2.0
// The lock of a channel. The friend says that it is inside and then looks whether it is still the
// friend; who takes the bias away says so and then, past a heavy fence, looks whether the friend is
// inside. So one of the two sees the other (Dekker's way, as OwnerGate). Checked by
// biased_lock_test.cpp.
#pragma once

#include "weft/detail/biased_lock.h"
#include "weft/detail/step.h"

#include "runtime/src/asymmetric_fence.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

inline bool BiasedLock::pass_as_friend(const Worker* me) noexcept {
    if (me != nullptr && friend_.load(std::memory_order_relaxed) == me) {
#if defined(WEFT_TSAN)  // to which goroutines on one thread are as many threads
        (void)friend_inside_.load(std::memory_order_acquire);
#endif
        friend_inside_.store(true, std::memory_order_relaxed);
        light_fence();
        if (friend_.load(std::memory_order_acquire) == me) [[likely]] {
            had_by_friend_ = true;
            return true;
        }
        friend_inside_.store(false, std::memory_order_release);
    }
    return false;
}

inline void BiasedLock::lock() noexcept {
    const Worker* const me = this_worker();
    if (!pass_as_friend(me)) lock_as_all(me);
}

inline void BiasedLock::lock_after_step() noexcept {
    const Worker* const me = this_worker();
    if (!pass_as_friend(me)) lock_as_all_after_step(me);
}

inline void BiasedLock::unlock() noexcept {
    if (had_by_friend_)
        friend_inside_.store(false, std::memory_order_release);
    else
        unlock_as_all();
}

inline void BiasedLock::unlock_before_step() noexcept {
    if (had_by_friend_) {
        friend_inside_.store(false, std::memory_order_release);
        return;
    }
    unlock_as_all_before_step();
}

inline void BiasedLock::unlock_as_all() noexcept {
    if (alone_ >= alone_wanted_ && has_membarrier && !exploring.load(std::memory_order_relaxed) &&
        may_lean()) [[unlikely]]
        friend_.store(last_, std::memory_order_release);
    held_.unlock();
}

inline void BiasedLock::lock_as_all(const Worker* me) noexcept {
    held_.lock();
    if (friend_.load(std::memory_order_relaxed) != nullptr) [[unlikely]]
        take_bias_away();
    had_by_friend_ = false;
    if (last_ == me) {
        ++alone_;
    } else {
        last_ = me;
        alone_ = 0;
    }
}

}  // namespace weft::inline abi1::detail
