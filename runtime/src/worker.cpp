// SPDX-License-Identifier: Apache-2.0
// Running goroutines. A goroutine that parks switches straight to the next one; only when there is
// none does the thread go back to its own stack, where the idle loop looks further (find_work.cpp).
// What the goroutine that was left still needs (its lock released, its stack given back) is done by
// whoever runs next on this worker, in finish(): before that nobody may touch the stack that was
// left.
#include "runtime/src/worker.h"

#include "weft/ensure.h"

#include "runtime/src/runtime.h"
#include "runtime/src/thread_park.h"
#include "runtime/src/trace_recorder.h"

// Initial-exec: the loader gives them a fixed place, so that finding them costs one load. self()
// and this_worker() read them by their names: who runs on this thread, null until somebody asks on
// a thread that weft did not start; and that thread's worker.
extern "C" {
[[gnu::tls_model("initial-exec")]] thread_local weft::detail::Goroutine* weft_abi1_running =
    nullptr;
[[gnu::tls_model("initial-exec")]] thread_local weft::detail::Worker* weft_abi1_worker = nullptr;
}

namespace weft::inline abi1::detail {

namespace {
constexpr std::uint32_t maintenance_ticks =
    61;  // Go's figure: often enough for timers, rare enough to be free
constexpr std::uint32_t fresh_ticks = 8;  // every so often a spawned one comes before the ready
constexpr std::uint32_t clock_ticks = 16;
constexpr std::uint32_t slot_runs_max = 3;
constexpr std::int64_t oldest_every = 1'000'000;  // ns
}  // namespace

Worker::Worker(Runtime& owner, unsigned number, bool keeps)
    : runtime(owner), index(number), keeps_readied(keeps), plain(keeps), coarse(coarse_now()) {
    trace_recorder().come(*this);
}
Worker::~Worker() {
    trace_recorder().go(*this);
}

[[gnu::noinline]] Worker* ask_worker() noexcept {
    return weft_abi1_worker;
}
[[gnu::noinline]] Goroutine* ask_self() noexcept {
    return weft_abi1_running != nullptr ? weft_abi1_running : (weft_abi1_running = adopt_thread());
}
[[gnu::noinline]] void set_running(Goroutine* goroutine) noexcept {
    weft_abi1_running = goroutine;
}
[[gnu::noinline]] void set_this_worker(Worker* worker) noexcept {
    weft_abi1_worker = worker;
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
    Goroutine* next = runtime.sim ? runtime.sim->take_runnable(current) : pick_local();
    if (next == nullptr) return nullptr;
    if (!next->off.load(std::memory_order_acquire)) [[unlikely]]
        return not_left_yet(next);
    if (next->fiber.sp == nullptr) take_stack_for(next);
    return next;
}

// It was readied by somebody who was faster than its own worker's switch, a matter of nanoseconds;
// or it is the caller itself, who has not left yet.
Goroutine* Worker::not_left_yet(Goroutine* goroutine) noexcept {
    push_behind(goroutine);
    return nullptr;
}

Goroutine* Worker::pick_local() noexcept {
    const auto now = tick.load(std::memory_order_relaxed) + 1;
    tick.store(now, std::memory_order_relaxed);
    if (now % maintenance_ticks == 0 && current != idle) return nullptr;
    if (now % clock_ticks == 0) coarse = coarse_now();
    gate.enter();
    Goroutine* next = next_queued(now);
    gate.leave();
    return next;
}

// Inside the gate.
Goroutine* Worker::next_queued(std::uint32_t now) noexcept {
    // The goroutine readied last has what it needs in this processor's caches, but it must not shut
    // out the others.
    Goroutine* readied = slot.load(std::memory_order_relaxed);
    if (readied != nullptr && (slot_runs < slot_runs_max || (ring.empty() && fresh.empty()))) {
        slot.store(nullptr, std::memory_order_relaxed);
        ++slot_runs;
        return readied;
    }
    slot_runs = 0;
    if (now % fresh_ticks == 0)
        if (Goroutine* newest = fresh.pop_newest()) return newest;
    if (Goroutine* oldest = ring.pop_oldest()) return oldest;
    return fresh.pop_newest();
}

// Newest first would leave the oldest spawned goroutine behind for as long as there are newer ones.
// Preferring it too often would begin every branch of a tree of spawns at once.
Goroutine* Worker::overdue(std::int64_t now) noexcept {
    if (now - last_oldest < oldest_every) return nullptr;
    last_oldest = now;
    gate.enter();
    Goroutine* oldest = fresh.pop_oldest();
    gate.leave();
    return oldest;
}

bool Worker::alone() noexcept {
    if (!keeps_readied || slot.load(std::memory_order_relaxed) != nullptr || !ring.empty() ||
        !fresh.empty())
        return false;
    const auto now = tick.load(std::memory_order_relaxed) + 1;
    tick.store(now, std::memory_order_relaxed);
    return now % maintenance_ticks != 0;
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
    if (goroutine->fiber.tsan != nullptr) return;
    // A new fiber knows all that its creator knows, and races with whoever runs here just now would
    // go unseen: so the creator is one that never ran anything.
    void* here = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(nursery, 1);
    goroutine->fiber.tsan = __tsan_create_fiber(0);
    __tsan_switch_to_fiber(here, 1);
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
    if (!plain.load(std::memory_order_relaxed)) [[unlikely]]
        trace_switch(*this, what, *me, *next);
    after = what;
    left = me;
    release = unlock;
    release_arg = arg;
    current = next;
    weft_abi1_running = next;
    next->off.store(false, std::memory_order_relaxed);
    publish(&me->wake);
#if defined(WEFT_TSAN)
    __tsan_switch_to_fiber(idle->fiber.tsan, 1);
#endif
    void* worker = switch_fiber(me->fiber, next->fiber, exceptions, this, what == After::exit);
    arrive(static_cast<Worker*>(worker));
    observe(&me->wake);
}

void Worker::step() noexcept {
    if (current == idle || current->no_park != 0) return;
    Unwatched unwatched;
    Goroutine* next = runtime.sim->take_instead_of(current);
    if (runtime.sim->is_over()) return leave(After::park, nullptr, nullptr, nullptr);  // for good
    if (next == nullptr) return;
    if (next->fiber.sp == nullptr) take_stack_for(next);
    leave(After::yield, nullptr, nullptr, next);
}

void Worker::finish() noexcept {
    Goroutine* gone = left;
    const After what = after;
    after = After::nothing;
    left = nullptr;
    if (what == After::nothing || gone == idle) return;  // an idle loop is nobody's to run
    observe(&gone->wake);
    if (gone->stack.guard == Guard::canary)
        ENSURE(canary_whole(gone->stack), "a goroutine ran over the end of its stack");
    switch (what) {
        case After::park: {
            // The lock first: until `off` is set the goroutine cannot run, so `arg` may lie in its
            // frame.
            if (release != nullptr) release(release_arg);
            gone->off.store(true, std::memory_order_release);
            break;
        }
        case After::yield:
            gone->off.store(true, std::memory_order_release);
            push_behind(gone);
            break;
        case After::step_aside: {
            gone->off.store(true, std::memory_order_release);
            gate.enter();
            const bool fits = fresh.push(gone);
            gate.leave();
            if (!fits) push_behind(gone);
            break;
        }
        case After::exit:
            give_stack_of(gone);
            // What it did to the runtime came before the run may end.
            publish(&live);
            live.store(live.load(std::memory_order_relaxed) - 1, std::memory_order_release);
            give_goroutine(gone);
            break;
        case After::nothing:
            break;
    }
}

void Worker::push(Goroutine* goroutine) noexcept {
    if (!plain.load(std::memory_order_relaxed)) [[unlikely]] {
        trace_ready(*this, *goroutine);
        if (!keeps_readied) return push_elsewhere(goroutine);
    }
    gate.enter();
    Goroutine* before = slot.load(std::memory_order_relaxed);
    slot.store(goroutine, std::memory_order_relaxed);
    const bool fits = before == nullptr || ring.push(before);
    gate.leave();
    if (!fits) runtime.inject(before);
    runtime.wake_one();
}

void Worker::push_elsewhere(Goroutine* goroutine) noexcept {
    if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    goroutine->last_worker = static_cast<std::uint16_t>(index);
    runtime.inject(goroutine);
}

void Worker::push_behind(Goroutine* goroutine) noexcept {
    if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    gate.enter();
    const bool fits = ring.push(goroutine);
    gate.leave();
    if (!fits) runtime.inject(goroutine);
}

void Worker::push_fresh(Goroutine* goroutine) {
    if (!plain.load(std::memory_order_relaxed)) [[unlikely]] {
        trace_spawn(*this, *goroutine);
        if (runtime.sim) return runtime.sim->make_runnable(goroutine);
    }
    gate.enter();
    const bool fits = fresh.size() < fresh_max && fresh.push(goroutine);
    gate.leave();
    if (!fits) {
        // Full: the spawner steps aside, so that a loop of spawns keeps a bounded number of
        // goroutines waiting. It comes next after the new one: were it to queue behind others, a
        // tree of spawns would be walked breadth first, with a stack for each node. Where it may
        // not (no goroutine, or parking is forbidden), the surplus goes to everybody.
        Goroutine* spawner = current;
        if (spawner == idle || spawner->no_park != 0) {
            runtime.inject(goroutine);
            return;
        }
        if (goroutine->fiber.sp == nullptr) take_stack_for(goroutine);
        leave(After::step_aside, nullptr, nullptr, goroutine);
        return;
    }
    runtime.wake_one();
}

}  // namespace weft::inline abi1::detail

// The first function on every goroutine's stack.
extern "C" [[noreturn]] void weft_abi1_goroutine_main(weft::detail::Worker* worker) {
    using namespace weft::detail;
    arrive(worker);
    Goroutine* me = worker->current;
    observe(&me->wake);
    run_body(me);
    // The body may have ended on another worker than it began on.
    worker = this_worker();
    worker->leave(After::exit, nullptr, nullptr, worker->pick());
    __builtin_unreachable();
}
