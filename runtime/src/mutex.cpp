// SPDX-License-Identifier: Apache-2.0
// word_ == 0: free. Owner only: held, nobody waits; the owner frees it by one compare-and-swap.
// With `waited_for` set, every change happens under lock_, so the fast paths fail and the slow ones
// agree. Normally a woken waiter competes with whoever runs (that keeps the lock busy); after a
// millisecond of bad luck it asks for `starving`, and from then on unlock() hands the lock over,
// first come first served, until somebody is served who waited less or is the last (Go
// sync/mutex.go).
#include "weft/mutex.h"

#include <chrono>

#include "weft/cancelled.h"
#include "weft/ensure.h"
#include "weft/time.h"

namespace weft {
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
    detail::Goroutine* me = detail::self();
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    if ((word & (owner_mask | starving)) != 0) return false;
    if (word == 0) {
        if (!word_.compare_exchange_strong(word, reinterpret_cast<std::uintptr_t>(me),
                                           std::memory_order_acquire, std::memory_order_relaxed))
            return false;
    } else {
        lock_.lock();
        const bool taken = take(me);
        lock_.unlock();
        if (!taken) return false;
    }
    detail::note_locked(detail::ambient(me).held, this);
    return true;
}

// Under lock_. Takes the lock if it is free and nobody has a right to it.
bool Mutex::take(detail::Goroutine* me) noexcept {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    while ((word & (owner_mask | starving)) == 0) {
        const std::uintptr_t bits = waiters_.empty() ? 0 : waited_for;
        if (word_.compare_exchange_weak(word, reinterpret_cast<std::uintptr_t>(me) | bits,
                                        std::memory_order_acquire, std::memory_order_relaxed))
            return true;
    }
    return false;
}

// Under lock_. Like take(), but if somebody holds it, makes sure that its unlock() looks at the
// list.
bool Mutex::take_or_mark(detail::Goroutine* me, std::uintptr_t bits) noexcept {
    for (;;) {
        if (take(me)) return true;
        std::uintptr_t word = word_.load(std::memory_order_relaxed);
        while ((word & (owner_mask | starving)) != 0)
            if (word_.compare_exchange_weak(word, word | bits, std::memory_order_relaxed))
                return false;
    }
}

void Mutex::lock_contended(detail::Goroutine* me, std::source_location where) {
    if ((word_.load(std::memory_order_relaxed) & owner_mask) ==
        reinterpret_cast<std::uintptr_t>(me))
        detail::lock_misused(*this, "a Mutex was locked again by the goroutine that holds it",
                             where);
    LockWaiter waiter;
    bool woken = false;
    for (;;) {
        const bool starved = woken && Clock::now() - waiter.since > patience;
        lock_.lock();
        if (woken) waking_ = false;
        if (take_or_mark(me, starved ? waited_for | starving : waited_for)) {
            lock_.unlock();
            return;
        }
        if (!woken) waiter.since = Clock::now();
        waiter.ticket = detail::arm({detail::WaitKind::mutex, this, name(), where});
        if (woken)
            waiters_.push_front(waiter);  // it was first before
        else
            waiters_.push_back(waiter);
        if (detail::park_releasing(lock_) == detail::Woke::interrupted) {
            forget_waiter(waiter);
            detail::throw_cancelled();
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
        while (!word_.compare_exchange_weak(word, word & owner_mask, std::memory_order_relaxed)) {
        }
    }
    lock_.unlock();
}

void Mutex::unlock_contended(detail::Goroutine* me, std::source_location where) noexcept {
    if ((word_.load(std::memory_order_relaxed) & owner_mask) !=
        reinterpret_cast<std::uintptr_t>(me))
        detail::lock_misused(*this, "a Mutex was unlocked by a goroutine that does not hold it",
                             where);
    lock_.lock();
    const bool hand_over = (word_.load(std::memory_order_relaxed) & starving) != 0;
    LockWaiter* next = nullptr;
    if (hand_over || !waking_) next = static_cast<LockWaiter*>(waiters_.pop_claimed());
    const std::uintptr_t bits = waiters_.empty() ? 0 : waited_for;
    if (next != nullptr && hand_over) {
        const bool still = bits != 0 && Clock::now() - next->since > patience;
        next->handed = true;
        word_.store(reinterpret_cast<std::uintptr_t>(next->ticket.goroutine) | bits |
                        (still ? starving : 0),
                    std::memory_order_release);
    } else {
        if (next != nullptr) waking_ = true;
        word_.store(bits, std::memory_order_release);
    }
    lock_.unlock();
    if (next != nullptr) detail::ready(next->ticket.goroutine);
}

}  // namespace weft
