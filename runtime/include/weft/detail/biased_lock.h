// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

class Worker;

/// A SpinLock that a worker which has had it alone for a while passes with plain stores, which cost
/// a third of a locked instruction; the first other thread that wants it takes that away again, for
/// some microseconds. How long a worker must have had it alone doubles each time. In one run it is
/// one worker alone that ever may: one that lost its processor on the way in would, back again,
/// take what it left behind for another's.
class BiasedLock {
  public:
    void lock() noexcept;
    void unlock() noexcept;
    /// The same with a step() outside. An exploration gives nobody a bias: so who passes by plain
    /// stores need not ask whether there is one.
    void lock_after_step() noexcept;
    void unlock_before_step() noexcept;
    /// Whether a worker passes it by plain stores just now. A glimpse.
    bool is_biased() const noexcept { return friend_.load(std::memory_order_relaxed) != nullptr; }

  private:
    bool pass_as_friend(const Worker* me) noexcept;
    void lock_as_all(const Worker* me) noexcept;
    void lock_as_all_after_step(const Worker* me) noexcept;
    void unlock_as_all() noexcept;
    void unlock_as_all_before_step() noexcept;
    void take_bias_away() noexcept;
    bool may_lean() noexcept;

    std::atomic<const Worker*> friend_{nullptr};  // changed by who has held_
    std::atomic<bool> friend_inside_{false};      // or about to look whether it may
    SpinLock held_;                               // by all others
    bool had_by_friend_ = false;                  // of who is inside
    std::uint32_t alone_ = 0;                     // how often in a row that worker has had it
    std::uint32_t alone_wanted_ = 512;
    std::uint32_t leans_in_run_ = 0;  // 0: it never has
    const Worker* last_ = nullptr;
    const Worker* only_friend_ = nullptr;  // of that run
};

}  // namespace weft::inline abi1::detail
