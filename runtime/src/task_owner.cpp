// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/task_owner.h"

#include <mutex>

#include "weft/detail/held_locks.h"
#include "weft/detail/park_in_graph.h"
#include "weft/detail/step.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/mutant.h"

namespace weft::inline abi1::detail {

void TaskState::complete(const std::exception_ptr& error) noexcept {
    if (uses_.load(std::memory_order_acquire) == 1) return;  // the handle is gone: nobody asks
    lock_.lock();
    error_ = error;
    done_ = true;
    Waiter* joiner = joiner_;
    if (joiner != nullptr && !claim(joiner->ticket)) joiner = nullptr;
    lock_.unlock();
    if (joiner != nullptr) ready(joiner->ticket.goroutine);
    step();
}

void TaskState::wait(const std::source_location& where) {
    step();
    lock_.lock();
    if (!done_) {
        Waiter waiter;
        waiter.ticket = arm({WaitKind::task, this, name, where});
        joiner_ = &waiter;
        const Woke woke = park_behind(lock_, runner());
        if (woke != Woke::by_peer) {
            lock_.lock();
            joiner_ = nullptr;
            lock_.unlock();
            throw_woken(woke);
        }
    } else {
        lock_.unlock();
    }
    if (error_ != nullptr) std::rethrow_exception(error_);
}

void begin_task(TaskOwner& owner, TaskState* task) noexcept {
    if (task != nullptr) task->runs_on(self());
    enter_first(&owner.node());
}

void leave_task() noexcept {
    drop_locals(self());
    require_no_locks_held(self());
    leave_last();
}

void end_task(TaskOwner& owner, TaskEnd end, const std::exception_ptr& error) noexcept {
    if (end != TaskEnd::value) [[unlikely]]
        owner.task_ended_early(end, error);
    owner.task_done();
}

void Countdown::add() noexcept {
    std::lock_guard guard(lock_);
    ++count_;
}

void Countdown::done() noexcept {
    lock_.lock();
    const std::size_t left = mutated(Mutant::group_early_wake) ? 1 : 0;
    Waiter* chain = --count_ <= left ? waiters_.pop_all_claimed() : nullptr;
    if (mutated(Mutant::group_lost_wake)) chain = nullptr;
    lock_.unlock();  // from here on the owner may be gone; the waiters' frames may not
    ready_all(chain);
    step();
}

bool Countdown::wait(const WaitNote& note, Interrupt interrupt) {
    step();
    lock_.lock();
    if (count_ == 0) {
        lock_.unlock();
        return false;
    }
    Waiter waiter;
    waiter.ticket = arm(note, interrupt);
    waiters_.push_back(waiter);
    const Refusal refusal = interrupt == Interrupt::never ? Refusal::never : Refusal::throws;
    const Woke woke = park_behind_all(lock_, refusal);
    if (woke == Woke::by_peer) return true;
    lock_.lock();
    waiters_.remove(waiter);
    lock_.unlock();
    throw_woken(woke);
}

std::size_t Countdown::count() const noexcept {
    std::lock_guard guard(lock_);
    return count_;
}

}  // namespace weft::inline abi1::detail
