// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/timer_heap.h"

#include <mutex>
#include <sched.h>
#include <utility>

#include "weft/ensure.h"

#include "runtime/src/fiber.h"

namespace weft::inline abi1::detail {

namespace {
// A timer's life. `firing` is seen only between leaving the heap and the return of fire().
enum State : std::uint32_t { idle, running, firing };
constexpr std::size_t arity = 4;
constexpr std::size_t keep_stopped = 64;  // entries of stopped timers that need not go
}  // namespace

std::uint32_t TimerHeap::take_slot(Timer& timer) {
    if (free_slots_.empty()) {
        timers_.push_back(&timer);
        return static_cast<std::uint32_t>(timers_.size() - 1);
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    timers_[slot] = &timer;
    return slot;
}

void TimerHeap::start(Timer& timer) noexcept {
    publish(&timer);
    std::lock_guard lock(lock_);
    ENSURE(timer.state.load(std::memory_order_relaxed) == idle, "a timer was started twice");
    timer.heap = this;
    timer.slot = take_slot(timer);
    timer.state.store(running, std::memory_order_relaxed);
    if ((size_ + 3) / 4 == lines_.size()) lines_.emplace_back();
    entry(size_) = {timer.when.time_since_epoch().count(), next_order_++, timer.slot};
    up(size_++);
    settle();
}

bool TimerHeap::stop(Timer& timer) noexcept {
    if (take_out(timer)) return true;
    wait_until_fired(timer);
    return false;
}

bool TimerHeap::take_out(Timer& timer) noexcept {
    if (timer.state.load(std::memory_order_acquire) == idle) return false;
    auto& heap = *static_cast<TimerHeap*>(timer.heap);
    std::lock_guard lock(heap.lock_);
    if (timer.state.load(std::memory_order_relaxed) != running) return false;
    heap.timers_[timer.slot] = nullptr;
    ++heap.stopped_;
    if (heap.stopped_ > keep_stopped && heap.stopped_ > heap.size_ / 2) heap.drop_stopped();
    heap.settle();
    timer.state.store(idle, std::memory_order_relaxed);
    return true;
}

void TimerHeap::wait_until_fired(Timer& timer) noexcept {
    while (timer.state.load(std::memory_order_acquire) == firing) sched_yield();
    observe(&timer);
}

std::size_t TimerHeap::hand_over(TimerHeap* to) noexcept {
    std::lock_guard lock(lock_);
    std::size_t count = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (stopped(entry(i))) continue;
        Timer* timer = timers_[entry(i).slot];
        ++count;
        observe(timer);
        timer->state.store(idle, std::memory_order_relaxed);
        if (to != nullptr) to->start(*timer);
    }
    size_ = stopped_ = 0;
    timers_.clear();
    free_slots_.clear();
    settle();
    return count;
}

std::size_t TimerHeap::fire_due(std::int64_t now) noexcept {
    std::size_t fired = 0;
    while (earliest() <= now) {
        Timer* due = nullptr;
        {
            std::lock_guard lock(lock_);
            if (size_ == 0 || entry(0).when > now) break;
            due = std::exchange(timers_[entry(0).slot], nullptr);  // no search finds it here then
            drop_first();
            settle();
            due->state.store(firing, std::memory_order_relaxed);
            // Sleepers' stacks lie far apart: the next one comes while this one is seen to.
            if (size_ != 0) __builtin_prefetch(timers_[entry(0).slot]);
        }
        observe(due);
        due->fire(due);
        publish(due);
        // Whoever owns the timer calls stop() before its memory goes, and stop() waits for this
        // store.
        due->state.store(idle, std::memory_order_release);
        ++fired;
    }
    return fired;
}

// The first entry is never a stopped timer's: earliest() would wake somebody for nothing, and move
// virtual time.
void TimerHeap::settle() noexcept {
    while (stopped_ != 0 && stopped(entry(0))) {
        drop_first();
        --stopped_;
    }
    earliest_.store(size_ == 0 ? never : entry(0).when, std::memory_order_release);
}

void TimerHeap::drop_first() noexcept {
    free_slots_.push_back(entry(0).slot);
    entry(0) = entry(--size_);
    if (size_ != 0) down(0);
}

void TimerHeap::drop_stopped() noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size_; ++i) {
        if (stopped(entry(i)))
            free_slots_.push_back(entry(i).slot);
        else
            entry(kept++) = entry(i);
    }
    size_ = kept;
    stopped_ = 0;
    for (std::size_t i = size_ / arity + 1; i-- > 0;)
        if (i < size_) down(i);
}

void TimerHeap::up(std::size_t at) noexcept {
    const Entry moved = entry(at);
    while (at > 0) {
        const std::size_t parent = (at - 1) / arity;
        if (!moved.before(entry(parent))) break;
        entry(at) = entry(parent);
        at = parent;
    }
    entry(at) = moved;
}

void TimerHeap::down(std::size_t at) noexcept {
    const Entry moved = entry(at);
    for (;;) {
        const std::size_t first = at * arity + 1;
        if (first >= size_) break;
        std::size_t least = first;
        for (std::size_t i = first + 1; i < first + arity && i < size_; ++i)
            if (entry(i).before(entry(least))) least = i;
        if (!entry(least).before(moved)) break;
        entry(at) = entry(least);
        at = least;
    }
    entry(at) = moved;
}

}  // namespace weft::inline abi1::detail
