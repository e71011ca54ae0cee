// SPDX-License-Identifier: Apache-2.0
// Under lock_: while somebody waits, the first of them wants more than is free. Whoever gives back
// takes the permits for the first in the queue before waking it, so nothing that comes later can
// have them. A cancelled wait only leaves the queue, and then the next may fit.
#include "weft/semaphore.h"

#include <algorithm>
#include <mutex>

#include "weft/detail/park_in_graph.h"
#include "weft/detail/step.h"
#include "weft/ensure.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

using detail::Mutant;
using detail::mutated;

struct Semaphore::Request : detail::Waiter {
    std::int64_t count = 0;
    detail::PermitPlace* place = nullptr;  // once it has been served
};

Semaphore::Semaphore(std::int64_t permits, const char* name, std::source_location where)
    : Semaphore(permits, permits, name, where) {}

Semaphore::Semaphore(std::int64_t permits, std::int64_t recorded, const char* name,
                     const std::source_location& where)
    : free_(permits),
      places_(std::max<std::int64_t>(recorded, 0)),
      total_(permits),
      name_(name),
      made_at_(where) {
    if (permits <= 0)
        contract_broken("permits > 0", "a Semaphore needs a permit to give away", where);
}

Semaphore::~Semaphore() {
    std::lock_guard guard(lock_);
    if (free_ != total_)
        contract_broken("all permits are back",
                        "a Semaphore was destroyed while permits of it were out", made_at_);
}

void Semaphore::check(std::int64_t count, const std::source_location& where) const noexcept {
    if (count <= 0 || count > total_)
        contract_broken("0 < count <= total()",
                        "a Semaphore was asked for more permits than it has, or for none", where);
}

bool Semaphore::take_locked(std::int64_t count) noexcept {
    const bool after_others = !waiters_.empty() && !mutated(Mutant::semaphore_barging);
    if (after_others || free_ < count) return false;
    free_ = free_ - count;
    return true;
}

Semaphore::Permit Semaphore::acquire(std::int64_t count, const std::source_location& where) {
    check(count, where);
    detail::step();
    lock_.lock();
    if (!take_locked(count)) return wait_in_line(count, where);
    const std::lock_guard guard(lock_, std::adopt_lock);
    return {this, count};
}

// Under lock_, which it releases.
Semaphore::Permit Semaphore::wait_in_line(std::int64_t count, const std::source_location& where) {
    Request request;
    request.count = count;
    request.ticket = detail::arm({detail::WaitKind::semaphore, this, name_, where});
    waiters_.push_back(request);
    const detail::Woke woke = detail::park_behind_permits(lock_, places_);
    if (woke != detail::Woke::by_peer) {
        lock_.lock();
        waiters_.remove(request);
        detail::Waiter* chain =
            mutated(Mutant::semaphore_missed_dequeue) ? nullptr : serve_locked();
        lock_.unlock();
        detail::ready_all(chain);
        detail::throw_woken(woke);
    }
    return {this, count, request.place};
}

std::optional<Semaphore::Permit> Semaphore::try_acquire(std::int64_t count,
                                                        const std::source_location& where) {
    check(count, where);
    detail::step();
    std::lock_guard guard(lock_);
    if (!take_locked(count)) return std::nullopt;
    return Permit(this, count);
}

// All that fit by now, in order. One that was cancelled and still stands in front is dropped.
detail::Waiter* Semaphore::serve_locked() noexcept {
    detail::Hidden<detail::Waiter> chain;
    detail::Hidden<detail::Waiter>* end = &chain;
    while (auto* first = static_cast<Request*>(waiters_.first())) {
        if (first->count > free_) break;
        waiters_.remove(*first);
        if (!detail::claim(first->ticket)) continue;
        if (!mutated(Mutant::semaphore_double)) free_ = free_ - first->count;
        first->place = places_.take(first, first->ticket.goroutine);
        first->next = nullptr;
        *end = first;
        end = &first->next;
    }
    return chain;
}

void Semaphore::give(std::int64_t count, const detail::PermitPlace* place) noexcept {
    lock_.lock();
    free_ = free_ + count;
    places_.give(place);
    const bool nobody = waiters_.empty() || mutated(Mutant::semaphore_lost_wake);
    detail::Waiter* chain = nobody ? nullptr : serve_locked();
    lock_.unlock();
    detail::ready_all(chain);
    detail::step();
}

std::int64_t Semaphore::available() const noexcept {
    std::lock_guard guard(lock_);
    return free_;
}

}  // namespace weft::inline abi1
