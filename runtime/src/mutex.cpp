// SPDX-License-Identifier: Apache-2.0
// word_ == 0: free. Owner only: held, nobody waits; the owner frees it by one compare-and-swap.
// The bits change under lock_ only; the owner's part changes without it too: anybody may take a
// lock that is free and not `starving`, and its owner may leave it without looking at the list
// while somebody is `waking`, who will look. Normally a woken waiter competes with whoever runs
// (that keeps the lock busy); after a millisecond of bad luck it asks for `starving`, and from then
// on unlock() hands the lock over, first come first served, until somebody is served who waited
// less or is the last (Go sync/mutex.go).
#include "weft/mutex.h"

#include <chrono>

#include "weft/detail/park_in_graph.h"
#include "weft/ensure.h"
#include "weft/time.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

using detail::Mutant;
using detail::mutated;

namespace {

constexpr Duration patience = std::chrono::milliseconds(1);

}  // namespace

struct Mutex::LockWaiter : detail::Waiter {
    TimePoint since{};
    bool handed = false;  // the lock is ours when we wake
};

Mutex::~Mutex() {
    const std::uintptr_t word = word_.load(std::memory_order_acquire);
    if (word != 0) [[unlikely]]
        detail::lock_misused(*this,
                             (word & owner_mask) != 0 ? "a Mutex was destroyed while held"
                                                      : "a Mutex was destroyed while waited for",
                             made_at());
}

bool Mutex::try_lock() noexcept {
    detail::step();
    detail::Goroutine* me = detail::self();
    if (!take(me)) return false;
    detail::note_locked(detail::ambient(me).held, this);
    return true;
}

// Takes the lock if it is free and nobody has a right to it.
bool Mutex::take(detail::Goroutine* me) noexcept {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    while ((word & (owner_mask | starving)) == 0)
        if (word_.compare_exchange_weak(word, reinterpret_cast<std::uintptr_t>(me) | word,
                                        std::memory_order_acquire, std::memory_order_relaxed))
            return true;
    return false;
}

// Under lock_. The same, and brings `waited_for` up to date.
bool Mutex::take_listed(detail::Goroutine* me) noexcept {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    while ((word & (owner_mask | starving)) == 0) {
        const std::uintptr_t bits = (waiters_.empty() ? 0 : waited_for) | (word & waking);
        if (word_.compare_exchange_weak(word, reinterpret_cast<std::uintptr_t>(me) | bits,
                                        std::memory_order_acquire, std::memory_order_relaxed))
            return true;
    }
    return false;
}

// Under lock_. Like take_listed(), but if somebody holds it, makes sure that its unlock() looks at
// the list.
bool Mutex::take_or_mark(detail::Goroutine* me, std::uintptr_t bits) noexcept {
    for (;;) {
        if (take_listed(me)) return true;
        std::uintptr_t word = word_.load(std::memory_order_relaxed);
        while ((word & (owner_mask | starving)) != 0)
            if (mutated(Mutant::mutex_unmarked) ||
                word_.compare_exchange_weak(word, word | bits, std::memory_order_relaxed))
                return false;
    }
}

// The caller has to wait, or to ask about the order of locks, as it holds others. It tries once
// more before anything else: what another worker holds is often free a moment later.
void Mutex::lock_slowly(detail::Goroutine* me, bool got, std::source_location where) {
    if (!got) {
        if ((word_.load(std::memory_order_relaxed) & owner_mask) ==
            reinterpret_cast<std::uintptr_t>(me))
            detail::lock_misused(*this, "a Mutex was locked again by the goroutine that holds it",
                                 where);
        got = take(me);
    }
    detail::HeldLocks& held = detail::ambient(me).held;
    if (held.count != 0) [[unlikely]]
        detail::check_order(me, *this, where);
    if (!got) wait_for_turn(me, where);
    detail::note_locked(held, this);
}

void Mutex::wait_for_turn(detail::Goroutine* me, std::source_location where) {
    LockWaiter waiter;
    bool woken = false;
    for (;;) {
        const bool starved =
            woken && Clock::now() - waiter.since > patience && !mutated(Mutant::mutex_barging);
        lock_.lock();
        if (woken && !mutated(Mutant::mutex_stays_waking))
            word_.fetch_and(~waking, std::memory_order_relaxed);
        if (take_or_mark(me, starved ? waited_for | starving : waited_for)) {
            lock_.unlock();
            return;
        }
        detail::met_lock_in_use();
        if (!woken) waiter.since = Clock::now();
        waiter.ticket = detail::arm({detail::WaitKind::mutex, this, name(), where});
        if (woken)
            waiters_.push_front(waiter);  // it was first before
        else
            waiters_.push_back(waiter);
        const detail::Goroutine* owner = owner_in(word_.load(std::memory_order_relaxed));
        const detail::Woke woke = detail::park_behind(lock_, owner);
        if (woke != detail::Woke::by_peer) {
            forget_waiter(waiter);
            detail::throw_woken(woke);
        }
        if (waiter.handed) return;
        woken = true;
    }
}

// A cancelled waiter goes. If it was the last, the bits go too, or the next unlock would hand the
// lock to nobody.
void Mutex::forget_waiter(LockWaiter& waiter) noexcept {
    lock_.lock();
    waiters_.remove(waiter);
    if (waiters_.empty()) {
        std::uintptr_t word = word_.load(std::memory_order_relaxed);
        while (!word_.compare_exchange_weak(word, word & (owner_mask | waking),
                                            std::memory_order_relaxed)) {
        }
    }
    lock_.unlock();
}

void Mutex::unlock_contended(detail::Goroutine* me, std::source_location where) noexcept {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    if ((word & owner_mask) != reinterpret_cast<std::uintptr_t>(me))
        detail::lock_misused(*this, "a Mutex was unlocked by a goroutine that does not hold it",
                             where);
    while ((word & (waking | starving)) == waking)
        if (word_.compare_exchange_weak(word, word & ~owner_mask, std::memory_order_release,
                                        std::memory_order_relaxed))
            return;
    lock_.lock();
    word = word_.load(std::memory_order_relaxed);
    const bool hand_over = (word & starving) != 0;
    LockWaiter* next = nullptr;
    if (hand_over || (word & waking) == 0) next = static_cast<LockWaiter*>(waiters_.pop_claimed());
    const std::uintptr_t bits = (waiters_.empty() ? 0 : waited_for) | (word & waking);
    if (next != nullptr && hand_over) {
        const bool still = !waiters_.empty() && Clock::now() - next->since > patience;
        next->handed = true;
        word_.store(reinterpret_cast<std::uintptr_t>(next->ticket.goroutine) | bits |
                        (still ? starving : 0),
                    std::memory_order_release);
    } else {
        word_.store(bits | (next != nullptr ? waking : 0), std::memory_order_release);
    }
    lock_.unlock();
    if (next != nullptr && !mutated(Mutant::mutex_lost_wake)) detail::ready(next->ticket.goroutine);
}

}  // namespace weft::inline abi1
