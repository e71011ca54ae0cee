// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/timer_heap.h"

#include <mutex>
#include <sched.h>

#include "weft/ensure.h"

#include "runtime/src/fiber.h"

namespace weft::inline abi1::detail {

namespace {
// A timer's life. `firing` is seen only between leaving the heap and the return of fire().
enum State : std::uint32_t { stopped, running, firing };
constexpr std::size_t arity = 4;
}  // namespace

void TimerHeap::start(Timer& timer) noexcept {
    publish(&timer);
    std::lock_guard lock(lock_);
    ENSURE(timer.state.load(std::memory_order_relaxed) == stopped, "a timer was started twice");
    timer.heap = this;
    timer.state.store(running, std::memory_order_relaxed);
    entries_.push_back({timer.when.time_since_epoch().count(), next_order_++, &timer});
    timer.place = static_cast<std::uint32_t>(entries_.size() - 1);
    up(entries_.size() - 1);
    publish_earliest();
}

bool TimerHeap::stop(Timer& timer) noexcept {
    if (timer.state.load(std::memory_order_acquire) == stopped) {
        observe(&timer);
        return false;
    }
    {
        std::lock_guard lock(lock_);
        if (timer.state.load(std::memory_order_relaxed) == running) {
            remove(timer.place);
            publish_earliest();
            timer.state.store(stopped, std::memory_order_relaxed);
            return true;
        }
    }
    while (timer.state.load(std::memory_order_acquire) == firing) sched_yield();
    observe(&timer);
    return false;
}

std::size_t TimerHeap::fire_due(std::int64_t now) noexcept {
    std::size_t fired = 0;
    while (earliest() <= now) {
        Timer* due = nullptr;
        {
            std::lock_guard lock(lock_);
            if (entries_.empty() || entries_[0].when > now) break;
            due = entries_[0].timer;
            remove(0);
            publish_earliest();
            due->state.store(firing, std::memory_order_relaxed);
        }
        observe(due);
        due->fire(due);
        publish(due);
        // Whoever owns the timer calls stop() before its memory goes, and stop() waits for this
        // store.
        due->state.store(stopped, std::memory_order_release);
        ++fired;
    }
    return fired;
}

void TimerHeap::remove(std::size_t at) noexcept {
    const Entry last = entries_.back();
    entries_.pop_back();
    if (at == entries_.size()) return;
    set(at, last);
    up(at);
    down(last.timer->place);
}

void TimerHeap::up(std::size_t at) noexcept {
    const Entry entry = entries_[at];
    while (at > 0) {
        const std::size_t parent = (at - 1) / arity;
        if (!entry.before(entries_[parent])) break;
        set(at, entries_[parent]);
        at = parent;
    }
    set(at, entry);
}

void TimerHeap::down(std::size_t at) noexcept {
    const Entry entry = entries_[at];
    for (;;) {
        const std::size_t first = at * arity + 1;
        if (first >= entries_.size()) break;
        std::size_t least = first;
        for (std::size_t i = first + 1; i < first + arity && i < entries_.size(); ++i)
            if (entries_[i].before(entries_[least])) least = i;
        if (!entries_[least].before(entry)) break;
        set(at, entries_[least]);
        at = least;
    }
    set(at, entry);
}

}  // namespace weft::inline abi1::detail
