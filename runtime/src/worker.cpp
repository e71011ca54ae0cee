// SPDX-License-Identifier: Apache-2.0
// Running goroutines. A goroutine that parks switches straight to the next one; only when there is
// none does the thread go back to its own stack, where the idle loop looks further (find_work.cpp).
// What the goroutine that was left still needs (its lock released, its stack given back) is done by
// whoever runs next on this worker, in finish(): before that nobody may touch the stack that was
// left.
#include "runtime/src/worker.h"

#include "weft/ensure.h"

#include "runtime/src/runtime.h"

namespace weft::detail {

namespace {
thread_local Worker* tls_worker = nullptr;
constexpr std::uint32_t maintenance_ticks =
    61;  // Go's figure: often enough for timers, rare enough to be free
constexpr std::uint32_t oldest_fresh_ticks = 31;
constexpr std::uint32_t slot_runs_max = 3;
}  // namespace

[[gnu::noinline]] Worker* this_worker() noexcept {
    return tls_worker;
}
[[gnu::noinline]] void set_this_worker(Worker* worker) noexcept {
    tls_worker = worker;
}

void arrive(Worker* worker) noexcept {
    arrived(worker->current->fiber);
    worker->finish();
#if defined(WEFT_TSAN)
    __tsan_switch_to_fiber(worker->current->fiber.tsan, 1);
#endif
}

Goroutine* Worker::pick() noexcept {
    Unwatched unwatched;
    Goroutine* next = runtime.sim ? runtime.sim->take_runnable() : pick_local();
    if (next != nullptr && next->fiber.sp == nullptr) take_stack_for(next);
    return next;
}

Goroutine* Worker::pick_local() noexcept {
    const auto now = tick.load(std::memory_order_relaxed) + 1;
    tick.store(now, std::memory_order_relaxed);
    if (now % maintenance_ticks == 0 && current != idle) return nullptr;
    if (now % oldest_fresh_ticks == 0)
        if (Goroutine* oldest = fresh.pop_oldest()) return oldest;
    // The goroutine readied last has what it needs in this processor's caches, but it must not shut
    // out the others.
    if (slot.load(std::memory_order_relaxed) != nullptr &&
        (slot_runs < slot_runs_max || (ring.size() == 0 && fresh.size() == 0))) {
        if (Goroutine* readied = slot.exchange(nullptr, std::memory_order_acq_rel)) {
            ++slot_runs;
            return readied;
        }
    }
    slot_runs = 0;
    if (Goroutine* oldest = ring.pop()) return oldest;
    if (Goroutine* newest = fresh.pop_newest()) return newest;
    return slot.exchange(nullptr, std::memory_order_acq_rel);
}

void Worker::take_stack_for(Goroutine* goroutine) noexcept {
    if (goroutine->wanted_stack_bytes == 0 && stack_count > 0) {
        goroutine->stack = stacks[--stack_count];
    } else {
        const auto wanted = goroutine->wanted_stack_bytes != 0 ? goroutine->wanted_stack_bytes
                                                               : runtime.options.stack_bytes;
        goroutine->stack = take_stack(wanted);
    }
    prepare(goroutine->fiber, goroutine->stack.low, goroutine->stack.bytes);
#if defined(WEFT_TSAN)
    if (goroutine->fiber.tsan == nullptr) goroutine->fiber.tsan = __tsan_create_fiber(0);
#endif
}

void Worker::give_stack_of(Goroutine* goroutine) noexcept {
    if (!thread_sanitizer && goroutine->wanted_stack_bytes == 0 && stack_count < stacks.size())
        stacks[stack_count++] = goroutine->stack;
    else
        give_stack(goroutine->stack);
    goroutine->fiber.sp = nullptr;
}

void Worker::leave(After what, void (*unlock)(void*) noexcept, void* arg,
                   Goroutine* next) noexcept {
    Unwatched unwatched;
    Goroutine* me = current;
    if (next == nullptr) next = idle;
    after = what;
    left = me;
    release = unlock;
    release_arg = arg;
    current = next;
    set_current(next);
    publish(&me->wake);
#if defined(WEFT_TSAN)
    __tsan_switch_to_fiber(idle->fiber.tsan, 1);
#endif
    void* worker = switch_fiber(me->fiber, next->fiber, exceptions, this, what == After::exit);
    arrive(static_cast<Worker*>(worker));
    observe(&me->wake);
}

void Worker::finish() noexcept {
    Goroutine* gone = left;
    const After what = after;
    after = After::nothing;
    left = nullptr;
    if (what == After::nothing || gone == idle) return;
    observe(&gone->wake);
    if (gone->stack.guard == Guard::canary)
        ENSURE(canary_whole(gone->stack), "a goroutine ran over the end of its stack");
    switch (what) {
        case After::park: {
            // The lock first: until `off` is set the goroutine cannot run, so `arg` may lie in its
            // frame.
            if (release != nullptr) release(release_arg);
            const bool was_ready = mark_off(gone);
            if (was_ready) push(gone);
            break;
        }
        case After::yield:
            push_behind(gone);
            break;
        case After::exit:
            give_stack_of(gone);
            live.store(live.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
            give_goroutine(gone);
            break;
        case After::nothing:
            break;
    }
}

void Worker::push(Goroutine* goroutine) noexcept {
    if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    if (runtime.options.migrate_always && runtime.workers.size() > 1) {
        goroutine->last_worker = static_cast<std::uint16_t>(index);
        runtime.inject(goroutine);
        return;
    }
    Goroutine* before = slot.exchange(goroutine, std::memory_order_acq_rel);
    if (before != nullptr && !ring.push(before)) runtime.inject(before);
    runtime.wake_one();
}

void Worker::push_behind(Goroutine* goroutine) noexcept {
    if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    if (!ring.push(goroutine)) runtime.inject(goroutine);
}

void Worker::push_fresh(Goroutine* goroutine) {
    if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    if (!fresh.push(goroutine)) {
        // Full: the spawner steps aside, so that a loop of spawns keeps a bounded number of
        // goroutines waiting. Where it may not (no goroutine, or parking is forbidden), the surplus
        // goes to everybody.
        Goroutine* spawner = current;
        if (spawner == idle || spawner->no_park != 0) {
            runtime.inject(goroutine);
            return;
        }
        if (goroutine->fiber.sp == nullptr) take_stack_for(goroutine);
        leave(After::yield, nullptr, nullptr, goroutine);
        return;
    }
    runtime.wake_one();
}

}  // namespace weft::detail

// The first function on every goroutine's stack.
extern "C" [[noreturn]] void weft_goroutine_main(weft::detail::Worker* worker) {
    using namespace weft::detail;
    arrive(worker);
    Goroutine* me = worker->current;
    observe(&me->wake);
    me->life.store(Life::alive, std::memory_order_release);
    run_body(me);
    // The body may have ended on another worker than it began on.
    worker = this_worker();
    worker->leave(After::exit, nullptr, nullptr, worker->pick());
    __builtin_unreachable();
}
