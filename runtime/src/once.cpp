// SPDX-License-Identifier: Apache-2.0
#include "weft/once.h"

#include "weft/detail/park_in_graph.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

// True: the caller shall run the function. False: somebody has run it.
bool Once::begin(const std::source_location& where) {
    detail::step();
    detail::Goroutine* me = detail::self();
    for (;;) {
        lock_.lock();
        if (state_.load(std::memory_order_relaxed) == State::done) {
            lock_.unlock();
            return false;
        }
        if (state_.load(std::memory_order_relaxed) == State::idle) {
            state_.store(State::running, std::memory_order_relaxed);
            runner_.store(me, std::memory_order_release);
            lock_.unlock();
            return true;
        }
        const detail::Goroutine* runner = runner_.load(std::memory_order_relaxed);
        if (runner == me)
            contract_broken("a Once is not called from inside its own function",
                            "Once::call() from inside the function it runs would wait for itself",
                            where);
        detail::Waiter waiter;
        waiter.ticket = detail::arm({detail::WaitKind::once, this, name_, where});
        waiters_.push_back(waiter);
        const detail::Woke woke = detail::park_behind(lock_, runner);
        if (woke != detail::Woke::by_peer) {
            lock_.lock();
            waiters_.remove(waiter);
            lock_.unlock();
            detail::throw_woken(woke);
        }
    }
}

// Done: all go on. Failed: all look again, and one of them becomes the next to try.
void Once::end(bool completed) noexcept {
    lock_.lock();
    runner_.store(nullptr, std::memory_order_release);
    state_.store(completed ? State::done : State::idle, std::memory_order_release);
    const bool forgets = detail::mutated(detail::Mutant::once_lost_wake) && !completed;
    detail::Waiter* chain = forgets ? nullptr : waiters_.pop_all_claimed();
    lock_.unlock();
    detail::ready_all(chain);
    detail::step();
}

}  // namespace weft::inline abi1
