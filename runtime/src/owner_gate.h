// SPDX-License-Identifier: Apache-2.0
// A lock that costs its owner two plain stores and a load. The owner passes it some fifty million
// times a second, a thief some hundred times: the thief announces himself, passes a heavy fence and
// goes away again if the owner is inside; so a thief never waits, and the owner waits only while a
// thief is inside. Checked by owner_gate_test.cpp, with every order that store buffers allow.
#pragma once

#include <atomic>
#include <sched.h>

#include "weft/detail/spin_lock.h"

#include "runtime/src/asymmetric_fence.h"

namespace weft::inline abi1::detail {

class OwnerGate {
  public:
    void enter() noexcept {
        inside_.store(true, std::memory_order_relaxed);
        light_fence();
        if (thief_.load(std::memory_order_acquire)) [[unlikely]]
            wait_outside();
    }
    void leave() noexcept { inside_.store(false, std::memory_order_release); }

    /// False: the owner or another thief is inside.
    bool try_enter_as_thief() noexcept {
        if (thief_.exchange(true, std::memory_order_acq_rel)) return false;
        heavy_fence();
        if (!inside_.load(std::memory_order_acquire)) return true;
        leave_as_thief();
        return false;
    }
    void leave_as_thief() noexcept { thief_.store(false, std::memory_order_release); }

  private:
    [[gnu::noinline]] void wait_outside() noexcept {
        do {
            inside_.store(false, std::memory_order_release);
            for (unsigned spins = 0; thief_.load(std::memory_order_relaxed); ++spins) {
                pause_cpu();
                if (spins > 1000) sched_yield();  // the thief has lost its processor
            }
            inside_.store(true, std::memory_order_relaxed);
            light_fence();
        } while (thief_.load(std::memory_order_acquire));
    }

    std::atomic<bool> inside_{false};
    std::atomic<bool> thief_{false};
};

}  // namespace weft::inline abi1::detail
