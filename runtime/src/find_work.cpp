// SPDX-License-Identifier: Apache-2.0
// What a worker does when its own queues are empty: timers, I/O, goroutines from other threads, and
// other workers' goroutines that have really waited. An eager thief takes a goroutine that its own
// worker would have run within a microsecond; the pair then sits on two processors and every
// channel operation costs a cache line's round trip (docs/decisions/0002).
#include <algorithm>
#include <array>
#include <time.h>

#include "weft/detail/spin_lock.h"

#include "runtime/src/explored_run.h"
#include "runtime/src/runtime.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

namespace {
constexpr std::int64_t steal_age =
    50'000;  // ns a goroutine must have waited before it may be stolen
constexpr std::int64_t worth_stealing = 2'000;  // ns a stolen goroutine should run at least
constexpr std::int64_t quarrel_every = 20'000;  // ns between its waits for locks, at least
constexpr unsigned unpaid_max = 5;              // a thief holds back 32 times as long at most
constexpr std::int64_t spin_budget = 20'000;    // ns of looking before sleep
constexpr std::int64_t poll_every = 50'000;  // ns between looks for I/O while there is other work
constexpr std::int64_t others_timers = 50'000;  // ns another worker's timers may be overdue
constexpr std::int64_t nap_min = 100'000;
constexpr std::int64_t nap_max = 1'000'000;

void pause_for(std::int64_t ns) noexcept {
    const std::int64_t until = machine_now() + ns;
    while (machine_now() < until)
        for (int i = 0; i < 16; ++i) pause_cpu();
}
}  // namespace

void Worker::run() noexcept {
    while (!runtime.stopping.load(std::memory_order_acquire)) {
        if (runtime.surplus(*this)) return hand_over();
        maintain();
        Goroutine* next = overdue(last_maintained);
        if (next == nullptr) next = pick();
        if (next == nullptr) next = find_work();
        if (next != nullptr) enter(next);
    }
}

// What lies in the queues of a worker without a thread would be taken only by those who have
// nothing else to do.
void Worker::hand_over() noexcept {
    for (;;) {
        gate.enter();
        Goroutine* next = next_queued(0);
        gate.leave();
        if (next == nullptr) break;
        runtime.inject(next);
    }
    runtime.wake_one();  // it may have been woken for something, and slept where I/O is looked for
}

void Worker::enter(Goroutine* goroutine) noexcept {
    if (!goroutine->off.load(std::memory_order_acquire)) [[unlikely]]
        return push_behind(goroutine);
    if (goroutine->fiber.sp == nullptr) take_stack_for(goroutine);
    leave(After::nothing, nullptr, nullptr, goroutine);
}

void Worker::maintain() noexcept {
    if (runtime.sim) return;
    const std::int64_t now = machine_now();
    last_maintained = now;
    coarse = coarse_now();
    if (timers.earliest() <= now) timers.fire_due(now);
    // A worker that computes must not hold up its timers: whoever has time fires them. But not as
    // soon as they are due: the two would only stand in each other's way.
    for (auto& other : runtime.workers)
        if (other.get() != this && other->timers.earliest() <= now - others_timers)
            other->timers.fire_due(now);
    if (now - last_poll >= poll_every) look_for_io(now);
    if (runtime.main_has_ended()) runtime.check_end(now);
    for (int i = 0; i < 16; ++i) {
        Goroutine* injected = runtime.take_injected(*this);
        if (injected == nullptr) break;
        push_behind(injected);
    }
}

void Worker::look_for_io(std::int64_t now) noexcept {
    last_poll = now;
    if (runtime.poller.used()) runtime.poller.poll(0);
}

Goroutine* Worker::find_work() noexcept {
    if (runtime.sim) {
        rest_in_simulation();
        return nullptr;
    }
    if (!ring.empty()) return nullptr;  // it has not been left yet, but is about to be
    const std::int64_t now = machine_now();
    loot.judge(now);
    look_for_io(now);
    if (Goroutine* found = pick()) return found;
    if (Goroutine* found = look_around()) return found;
    const bool spinner = runtime.try_spin();
    if (spinner) {
        const std::int64_t end = machine_now() + spin_budget;
        do {
            pause_for(5'000);
            maintain();
            Goroutine* found = pick();
            if (found == nullptr) found = look_around();
            if (found != nullptr || runtime.stopping.load(std::memory_order_acquire)) {
                runtime.stop_spin();
                // There may be more where this came from, and nobody looks any longer.
                if (found != nullptr) runtime.wake_one();
                misses = 0;
                return found;
            }
        } while (machine_now() < end);
        runtime.stop_spin();
    }
    // Others are busy with goroutines too young to take: look again soon, without being woken for
    // each of them.
    if (others_run() && !runtime.options.migrate_always) {
        const auto doubling = std::min<std::uint32_t>(misses++, 4);
        const std::int64_t nap = std::clamp<std::int64_t>(timers.earliest() - machine_now(), 0,
                                                          std::min(nap_min << doubling, nap_max));
        timespec t{0, static_cast<long>(nap)};
        nanosleep(&t, nullptr);
        return nullptr;
    }
    misses = 0;
    std::int64_t deadline = runtime.earliest_timer();
    if (runtime.main_has_ended()) deadline = std::min(deadline, runtime.check_end(machine_now()));
    runtime.sleep(*this, deadline);
    return nullptr;
}

// Nobody can run. Virtual time moves only then.
void Worker::rest_in_simulation() noexcept {
    SimDriver& sim = *runtime.sim;
    const std::int64_t next = runtime.earliest_timer();
    if (sim.explored() != nullptr && next != TimerHeap::never) sim.explored()->look();
    if (sim.is_over()) return runtime.stop(2);
    if (next == TimerHeap::never) return runtime.sleep(*this, next);
    sim.advance_to(next);
    for (auto& worker : runtime.workers) worker->timers.fire_due(next);
}

bool Worker::others_run() noexcept {
    bool running = false;
    for (auto& other : runtime.workers) {
        if (other.get() == this) continue;
        Sight& sight = sights[other->index];
        const auto now = other->tick.load(std::memory_order_relaxed);
        running |= now != sight.seen_tick || !other->ring.empty() || !other->fresh.empty();
        sight.seen_tick = now;
    }
    return running;
}

Goroutine* Worker::look_around() noexcept {
    if (Goroutine* injected = runtime.take_injected(*this)) return injected;
    const std::size_t n = runtime.workers.size();
    if (n == 1) return nullptr;
    const std::int64_t now = machine_now();
    const std::size_t start = next_random() % n;
    for (std::size_t i = 0; i < n; ++i) {
        Worker& victim = *runtime.workers[(start + i) % n];
        if (&victim == this) continue;
        if (Goroutine* stolen = steal_from(victim, now)) return stolen;
    }
    return nullptr;
}

void Worker::note(Worker& victim, std::int64_t now) noexcept {
    Sight& sight = sights[victim.index];
    sight.ring_end = victim.ring.end();
    sight.fresh_oldest = victim.fresh.oldest();
    sight.fresh_end = victim.fresh.end();
    sight.slot = victim.slot.load(std::memory_order_relaxed);
    sight.tick = victim.tick.load(std::memory_order_relaxed);
    sight.when = now;
}

namespace {
// What was there at the last look and still is.
template <class Queue>
bool still_queued(const Queue& queue, std::uint32_t seen_end) noexcept {
    const auto waited = static_cast<std::int32_t>(seen_end - queue.oldest());
    return waited > 0 && waited <= static_cast<std::int32_t>(2 * fresh_max) && !queue.empty();
}
}  // namespace

void Loot::judge(std::int64_t now) noexcept {
    if (count_ == 0) return;
    const std::int64_t lasted = now - when_;
    quarrelled_ = lock_waits_ != 0 && lasted < lock_waits_ * quarrel_every;
    const bool paid = !quarrelled_ && lasted >= count_ * worth_stealing;
    unpaid_ = paid ? unpaid_ / 2 : std::min(unpaid_ + 1, unpaid_max);
    count_ = 0;
}

// A worker that does not come to its queue is robbed as early as ever, unless that led to quarrels.
bool Worker::has_waited(const Worker& victim, std::int64_t now) const noexcept {
    const Sight& sight = sights[victim.index];
    const std::int64_t seen = now - sight.when;
    if (seen < steal_age) return false;
    if (!loot.quarrelled() && victim.tick.load(std::memory_order_relaxed) == sight.tick)
        return true;
    return seen >= steal_age * loot.patience();
}

Goroutine* Worker::steal_from(Worker& victim, std::int64_t now) noexcept {
    Sight& sight = sights[victim.index];
    if (sight.when == 0) {
        note(victim, now);
        return nullptr;
    }
    if (!has_waited(victim, now)) return nullptr;
    const bool spawned =
        victim.fresh.oldest() == sight.fresh_oldest && still_queued(victim.fresh, sight.fresh_end);
    const bool stuck = sight.slot != nullptr &&
                       sight.slot == victim.slot.load(std::memory_order_relaxed) &&
                       victim.tick.load(std::memory_order_relaxed) == sight.tick;
    if (!still_queued(victim.ring, sight.ring_end) && !spawned && !stuck) {
        note(victim, now);
        return nullptr;
    }
    if (!victim.gate.try_enter_as_thief()) return nullptr;
    // Nobody else is inside: what is still there now cannot go.
    Goroutine* stolen = nullptr;
    if (still_queued(victim.ring, sight.ring_end)) {
        stolen = take_half(victim.ring, sight.ring_end, ring, victim.gate, now);
    } else if (victim.fresh.oldest() == sight.fresh_oldest &&
               still_queued(victim.fresh, sight.fresh_end)) {
        stolen = take_half(victim.fresh, sight.fresh_end, fresh, victim.gate, now);
    } else {
        if (stuck && sight.slot == victim.slot.load(std::memory_order_relaxed) &&
            victim.tick.load(std::memory_order_relaxed) == sight.tick) {
            stolen = sight.slot;
            loot.taken(1, now);
            victim.slot.store(nullptr, std::memory_order_relaxed);
        }
        victim.gate.leave_as_thief();
    }
    note(victim, now);
    return stolen;
}

// Half of what has waited, oldest first: one to run, the others into `to`, a queue of our own.
// Leaves the victim's gate first: two thieves that rob each other would wait for ever.
template <class Queue>
Goroutine* Worker::take_half(Queue& from, std::uint32_t seen_end, Queue& to, OwnerGate& victims,
                             std::int64_t now) noexcept {
    const std::uint32_t waited = std::min(seen_end - from.oldest(), from.size());
    std::array<Goroutine*, fresh_max / 2> taken;
    const std::uint32_t count = std::min((waited + 1) / 2, fresh_max / 2);
    for (std::uint32_t i = 0; i < count; ++i) taken[i] = from.pop_oldest();
    victims.leave_as_thief();
    loot.taken(count, now);
    std::uint32_t kept = 1;
    gate.enter();
    while (kept < count && to.push(taken[kept])) ++kept;
    gate.leave();
    for (; kept < count; ++kept) runtime.inject(taken[kept]);
    return taken[0];
}

}  // namespace weft::inline abi1::detail
