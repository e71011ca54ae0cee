// SPDX-License-Identifier: Apache-2.0
// wait() takes the lock even when the event is set: then set() has let go of the object, and the
// waiter may destroy it.
#include "weft/event.h"

#include "weft/cancelled.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

Event::~Event() {
    ENSURE(waiters_.empty(), "an Event was destroyed while somebody waits for it");
}

void Event::set() noexcept {
    lock_.lock();
    set_.store(true, std::memory_order_release);
    detail::Waiter* chain = waiters_.pop_all_claimed();
    lock_.unlock();
    if (!detail::mutated(detail::Mutant::event_lost_wake)) detail::ready_all(chain);
    detail::step();
}

void Event::reset() noexcept {
    lock_.lock();
    set_.store(false, std::memory_order_relaxed);
    lock_.unlock();
    detail::step();
}

void Event::wait(const std::source_location& where) {
    detail::step();
    lock_.lock();
    if (set_.load(std::memory_order_relaxed)) {
        lock_.unlock();
        return;
    }
    detail::Waiter waiter;
    waiter.ticket = detail::arm({detail::WaitKind::event, this, name_, where});
    waiters_.push_back(waiter);
    if (detail::park_releasing(lock_) == detail::Woke::by_peer) return;
    lock_.lock();
    waiters_.remove(waiter);
    lock_.unlock();
    detail::throw_cancelled();
}

}  // namespace weft::inline abi1
