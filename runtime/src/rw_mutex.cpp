// SPDX-License-Identifier: Apache-2.0
// Fast paths work on state_ alone and stand aside when `awaited` is set. That bit is set under
// lock_ before somebody queues, and cleared under lock_ when both lists are empty; in between only
// let_next_in() and the last reader's leaving change who is in. Whoever is let in has been counted
// in state_ before it wakes.
#include "weft/rw_mutex.h"

#include <mutex>

#include "weft/detail/park_in_graph.h"

#include "runtime/src/mutant.h"

namespace weft::inline abi1 {

using detail::Mutant;
using detail::mutated;

namespace {

bool is_recorded(const detail::HeldLocks& held, const detail::LockTag* lock) noexcept {
    for (std::uint32_t i = 0; i < held.count && i < detail::HeldLocks::recorded; ++i)
        if (held.locks[i] == lock) return true;
    return false;
}

}  // namespace

RWMutex::~RWMutex() {
    if (state_.load(std::memory_order_acquire) != 0) [[unlikely]]
        detail::lock_misused(*this, "an RWMutex was destroyed while held or waited for", made_at());
}

// --- writers -------------------------------------------------------------------------------------

void RWMutex::lock(std::source_location where) {
    detail::step();
    detail::Goroutine* me = detail::self();
    std::uint64_t free = 0;
    if (!state_.compare_exchange_strong(free, written, std::memory_order_acquire,
                                        std::memory_order_relaxed))
        lock_contended(me, where);
    writer_.store(me, std::memory_order_relaxed);
    detail::HeldLocks& held = detail::ambient(me).held;
    if (held.count != 0) [[unlikely]]
        detail::check_order(me, *this, where);
    detail::note_locked(held, this);
}

void RWMutex::lock_contended(detail::Goroutine* me, std::source_location where) {
    if (holds(me) || is_recorded(detail::ambient(me).held, this))
        detail::lock_misused(*this, "an RWMutex was locked by a goroutine that holds it already",
                             where);
    detail::check_order(me, *this, where);
    if (let_run_and_enter(~std::uint64_t{0}, written)) return;
    lock_.lock();
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    while (!state_.compare_exchange_weak(state, state == 0 ? written : state | awaited,
                                         std::memory_order_acquire, std::memory_order_relaxed)) {
    }
    if (state == 0) {
        lock_.unlock();
        return;
    }
    detail::Waiter waiter;
    waiter.ticket = detail::arm({detail::WaitKind::write_lock, this, name(), where});
    wait_in(writers_, waiter);
}

// Before the caller queues, whoever keeps it out and may only be waiting for a worker runs once:
// who queues at once makes all others queue behind, for ever, as each is let in while it waits to
// run. True: `entry` was added to the state at a moment at which nothing of `out` stood in it.
bool RWMutex::let_run_and_enter(std::uint64_t out, std::uint64_t entry) noexcept {
    if (!detail::yield_before_waiting()) return false;
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    while ((state & out) == 0)
        if (state_.compare_exchange_weak(state, state + entry, std::memory_order_acquire,
                                         std::memory_order_relaxed))
            return true;
    return false;
}

bool RWMutex::try_lock() noexcept {
    detail::step();
    std::uint64_t state = 0;
    if (!state_.compare_exchange_strong(state, written, std::memory_order_acquire,
                                        std::memory_order_relaxed))
        return false;
    detail::Goroutine* me = detail::self();
    writer_.store(me, std::memory_order_relaxed);
    detail::note_locked(detail::ambient(me).held, this);
    return true;
}

void RWMutex::unlock(std::source_location where) noexcept {
    detail::Goroutine* me = detail::self();
    if (!holds(me)) [[unlikely]]
        detail::lock_misused(*this, "an RWMutex was unlocked by a goroutine that does not hold it",
                             where);
    detail::note_unlocked(detail::ambient(me).held, this);
    writer_.store(nullptr, std::memory_order_relaxed);
    std::uint64_t state = written;
    if (!state_.compare_exchange_strong(state, 0, std::memory_order_release,
                                        std::memory_order_relaxed))
        unlock_contended();
    detail::step();
}

void RWMutex::unlock_contended() noexcept {
    lock_.lock();
    state_.fetch_and(~written, std::memory_order_release);
    detail::Waiter* chain = admit_readers();
    if (chain == nullptr) chain = admit_writer();
    lock_.unlock();
    detail::ready_all(chain);
}

// --- readers -------------------------------------------------------------------------------------

// The caller has to wait, or to ask about the order of locks, as it holds others.
void RWMutex::lock_shared_slowly(detail::Goroutine* me, std::uint64_t before,
                                 std::source_location where) {
    if ((before & (written | awaited)) != 0)
        lock_shared_contended(me, where);
    else
        detail::check_order(me, *this, where);
    detail::note_locked(detail::ambient(me).held, this);
}

void RWMutex::lock_shared_contended(detail::Goroutine* me, std::source_location where) {
    // Like any reader that leaves: a writer may have been kept out by this one alone.
    after_reader(state_.fetch_sub(reader, std::memory_order_release));
    if (holds(me))
        detail::lock_misused(*this, "an RWMutex was locked by a goroutine that holds it already",
                             where);
    if (is_recorded(detail::ambient(me).held, this))
        detail::lock_misused(
            *this,
            "a read lock was taken inside a read lock while a writer waits for the first one",
            where);
    detail::check_order(me, *this, where);
    const std::uint64_t out = mutated(Mutant::rw_barging) ? written : written | awaited;
    if (let_run_and_enter(out, reader)) return;
    lock_.lock();
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    for (;;) {
        const bool closed = (state & out) != 0;
        if (state_.compare_exchange_weak(state, closed ? state | awaited : state + reader,
                                         std::memory_order_acquire, std::memory_order_relaxed)) {
            if (closed) break;
            lock_.unlock();
            return;
        }
    }
    detail::Waiter waiter;
    waiter.ticket = detail::arm({detail::WaitKind::read_lock, this, name(), where});
    wait_in(readers_, waiter);
}

bool RWMutex::try_lock_shared() noexcept {
    detail::step();
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    do {
        if ((state & (written | awaited)) != 0) return false;
    } while (!state_.compare_exchange_weak(state, state + reader, std::memory_order_acquire,
                                           std::memory_order_relaxed));
    detail::note_locked(detail::ambient(detail::self()).held, this);
    return true;
}

// --- who comes next; all under lock_ -------------------------------------------------------------

// All readers that wait by now, as one batch. Null: none.
detail::Waiter* RWMutex::admit_readers() noexcept {
    detail::Waiter* chain = readers_.pop_all_claimed();
    std::uint64_t count = 0;
    for (const detail::Waiter* w = chain; w != nullptr; w = w->next) count += reader;
    state_.fetch_add(count, std::memory_order_acq_rel);
    if (chain != nullptr && writers_.empty()) state_.fetch_and(~awaited, std::memory_order_relaxed);
    return chain;
}

// The next writer. Null: none, and then nobody waits at all.
detail::Waiter* RWMutex::admit_writer() noexcept {
    detail::Waiter* next = writers_.pop_claimed();
    if (next != nullptr) {
        next->next = nullptr;
        state_.fetch_or(written, std::memory_order_acq_rel);
    }
    if (writers_.empty() && readers_.empty()) state_.fetch_and(~awaited, std::memory_order_relaxed);
    return next;
}

// The last reader has left and somebody waits. By the time the lock is held others may have acted.
void RWMutex::let_next_in() noexcept {
    if (mutated(Mutant::rw_lost_wake)) return;
    lock_.lock();
    detail::Waiter* chain = nullptr;
    const std::uint64_t state = state_.load(std::memory_order_acquire);
    if (state < reader && (state & written) == 0 && (state & awaited) != 0) {
        chain = admit_writer();
        if (chain == nullptr) chain = admit_readers();
    }
    lock_.unlock();
    detail::ready_all(chain);
}

// Under lock_, which it releases.
void RWMutex::wait_in(detail::WaitList& list, detail::Waiter& waiter) {
    list.push_back(waiter);
    const detail::Goroutine* writer = writer_.load(std::memory_order_relaxed);
    const detail::Woke woke = writer != nullptr
                                  ? detail::park_behind(lock_, writer)
                                  : detail::park_behind_all(lock_, detail::Refusal::throws);
    if (woke == detail::Woke::by_peer) return;
    forget_waiter(list, waiter);
    detail::throw_woken(woke);
}

// A cancelled waiter goes. If it was the last writer, the readers it held up go in.
void RWMutex::forget_waiter(detail::WaitList& list, detail::Waiter& waiter) noexcept {
    lock_.lock();
    list.remove(waiter);
    detail::Waiter* chain = nullptr;
    if (writers_.empty() && !mutated(Mutant::rw_missed_dequeue)) {
        if ((state_.load(std::memory_order_acquire) & written) == 0) chain = admit_readers();
        if (readers_.empty()) state_.fetch_and(~awaited, std::memory_order_relaxed);
    }
    lock_.unlock();
    detail::ready_all(chain);
}

}  // namespace weft::inline abi1
