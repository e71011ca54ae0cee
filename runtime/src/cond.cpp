// SPDX-License-Identifier: Apache-2.0
// The waiter stands in the queue before it releases the user's lock, so whoever changes the
// condition under that lock finds it.
#include "weft/cond.h"

#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

using detail::Mutant;
using detail::mutated;

Cond::~Cond() {
    ENSURE(waiters_.empty(), "a Cond was destroyed while somebody waits on it");
}

Cond::Uninterrupted::Uninterrupted() noexcept
    : exceptions_(std::exchange(detail::ambient(detail::self()).exceptions_at_entry, -1)) {}

Cond::Uninterrupted::~Uninterrupted() {
    detail::ambient(detail::self()).exceptions_at_entry = exceptions_;
}

void Cond::enqueue(detail::Waiter& waiter, const std::source_location& where) noexcept {
    lock_.lock();
    waiter.ticket = detail::arm({detail::WaitKind::cond, this, name_, where});
    waiters_.push_back(waiter);
    lock_.unlock();
}

// True: signalled. False: cancelled, and nobody has signalled.
bool Cond::sleep(detail::Waiter& waiter) noexcept {
    if (detail::park() == detail::Woke::by_peer) return true;
    lock_.lock();
    waiters_.remove(waiter);
    lock_.unlock();
    return false;
}

void Cond::signal() noexcept {
    if (mutated(Mutant::cond_double_wake)) return broadcast();
    lock_.lock();
    detail::Waiter* woken = waiters_.pop_claimed();
    lock_.unlock();
    if (woken != nullptr && !mutated(Mutant::cond_lost_wake))
        detail::ready(woken->ticket.goroutine);
    detail::step();
}

void Cond::broadcast() noexcept {
    if (mutated(Mutant::cond_lost_broadcast)) return signal();
    lock_.lock();
    detail::Waiter* chain = waiters_.pop_all_claimed();
    lock_.unlock();
    detail::ready_all(chain);
    detail::step();
}

}  // namespace weft::inline abi1
