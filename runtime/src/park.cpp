// SPDX-License-Identifier: Apache-2.0
// The waiting protocol of detail/park.h.
#include "weft/detail/park.h"

#include <atomic>
#include <exception>
#include <type_traits>

#include "weft/ensure.h"

#include "runtime/src/asymmetric_fence.h"
#include "runtime/src/gathered.h"
#include "runtime/src/runtime.h"
#include "runtime/src/thread_park.h"
#include "runtime/src/trace_recorder.h"

namespace weft::inline abi1::detail {

using wake_bits::armed;
using wake_bits::inspecting;
using wake_bits::interruptible;
using wake_bits::sequence_shift;

namespace {
bool cancel_pending(Goroutine* goroutine) noexcept {
    const auto* flag = goroutine->ambient.cancelled;
    return flag != nullptr && flag->load(std::memory_order_acquire);
}

// std::uncaught_exceptions() without asking for the thread's state again.
int exceptions_in_flight(const Worker* worker) noexcept {
    return worker != nullptr ? static_cast<int>(worker->exceptions->uncaught)
                             : std::uncaught_exceptions();
}

bool claim_word(Goroutine* goroutine, std::uint64_t sequence, std::uint64_t needed) noexcept {
    auto word = goroutine->wake.load(std::memory_order_acquire);
    for (;;) {
        if (sequence_of(word) != sequence || (word & needed) != needed) return false;
        if ((word & inspecting) != 0) {
            word = goroutine->wake.load(std::memory_order_acquire);
            continue;
        }
        if (goroutine->wake.compare_exchange_weak(word, word & ~armed, std::memory_order_acq_rel,
                                                  std::memory_order_acquire)) {
            observe(&goroutine->wake);
            return true;
        }
    }
}
}  // namespace

// What ambient() relies on.
static_assert(std::is_standard_layout_v<Goroutine> && offsetof(Goroutine, ambient) == 0);

// A cancel must not be missed by a goroutine that is just parking: the canceller sets the flag and
// then looks at the wake word, the goroutine writes the wake word and then looks at the flag; the
// canceller, who is rare, pays for the fence between.
Ticket arm(const WaitNote& note, Interrupt interrupt) noexcept {
    Worker* worker = this_worker();
    Goroutine* me = worker != nullptr ? worker->current : self();
    me->begun.note = note;
    me->begun.waiting_since = worker != nullptr ? worker->coarse : coarse_now();
    me->woke = Woke::by_peer;
    const auto sequence = sequence_of(me->wake.load(std::memory_order_relaxed)) + 1;
    auto word = (sequence << sequence_shift) | armed;
    if (interrupt == Interrupt::by_context && me->ambient.cancelled != nullptr &&
        exceptions_in_flight(worker) <= me->ambient.exceptions_at_entry) {
        if (!me->ambient.listed) enlist(me);
        word |= interruptible;
    }
    publish(&me->wake);
    me->wake.store(word, std::memory_order_release);
    light_fence();
    return {me, sequence};
}

bool claim(const Ticket& ticket) noexcept {
    return claim_word(ticket.goroutine, ticket.sequence, armed);
}

void ready(Goroutine* goroutine) noexcept {
    publish(&goroutine->wake);
    Unwatched unwatched;
    if (goroutine->thread != nullptr) return wake_thread(goroutine);
    if (Worker* worker = this_worker()) return worker->push(goroutine);
    trace_from_outside(TraceEvent::What::ready, *goroutine);
    if (Gathered::add(goroutine)) return;
    if (Runtime* runtime = Runtime::current()) runtime->inject(goroutine);
    // else it was left behind by a run that is over, and a static object has just let go of what it
    // waited for
}

Woke park(void (*release)(void*) noexcept, void* arg) noexcept {
    Worker* worker = this_worker();
    Goroutine* me = worker != nullptr ? worker->current : self();
    const auto word = me->wake.load(std::memory_order_relaxed);
    if ((word & interruptible) != 0 && cancel_pending(me) &&
        claim_word(me, sequence_of(word), armed)) {
        if (release != nullptr) release(arg);
        me->begun.note.kind = WaitKind::none;
        return Woke::interrupted;
    }
    ENSURE(me->no_park == 0, "parking is forbidden here (NoPark)");
    if (me->thread != nullptr) {
        park_thread(me, release, arg);
    } else {
        worker->leave(After::park, release, arg, worker->pick());
    }
    observe(&me->wake);
    me->begun.note.kind = WaitKind::none;
    return me->woke;
}

bool disarm(const Ticket& ticket) noexcept {
    if (!claim(ticket)) return false;
    ticket.goroutine->begun.note.kind = WaitKind::none;
    return true;
}

void yield() noexcept {
    Goroutine* me = self();
    ENSURE(me->no_park == 0, "yielding is forbidden here (NoPark)");
    if (me->thread != nullptr) return yield_thread();
    Worker* worker = this_worker();
    if (worker->alone()) return;
    if (!worker->keeps_readied && worker->runtime.sim) worker->runtime.sim->gives_way(me);
    worker->leave(After::yield, nullptr, nullptr, worker->pick());
}

void met_lock_in_use() noexcept {
    if (Worker* worker = this_worker()) worker->loot.met_lock_in_use();
}

bool yield_before_waiting() noexcept {
    met_lock_in_use();
    const Goroutine* me = self();
    if (me->no_park != 0 || me->thread != nullptr) return false;
    yield();
    return true;
}

void interrupt_barrier() noexcept {
    heavy_fence();
}

void interrupt(Goroutine* goroutine) noexcept {
    const auto word = goroutine->wake.load(std::memory_order_acquire);
    if (!claim_word(goroutine, sequence_of(word), armed | interruptible)) return;
    goroutine->woke = Woke::interrupted;
    trace_cancel(*goroutine);
    ready(goroutine);
}

std::size_t choose(Choice kind, std::size_t n) noexcept {
    if (n <= 1) return 0;
    Worker* worker = this_worker();
    if (worker == nullptr) {
        // A plain thread has no seed to keep; any cheap spread will do.
        return static_cast<std::size_t>(machine_now() >> 4) % n;
    }
    if (worker->runtime.sim) return worker->runtime.sim->choose(kind, n);
    return worker->next_random() % n;
}

const char* to_string(WaitKind kind) noexcept {
    switch (kind) {
        case WaitKind::none:
            return "running";
        case WaitKind::send:
            return "send";
        case WaitKind::receive:
            return "receive";
        case WaitKind::select:
        case WaitKind::timed_select:
            return "select";
        case WaitKind::mutex:
            return "mutex";
        case WaitKind::read_lock:
            return "read lock";
        case WaitKind::write_lock:
            return "write lock";
        case WaitKind::wait_group:
        case WaitKind::counted_group:
            return "wait group";
        case WaitKind::once:
            return "once";
        case WaitKind::join:
        case WaitKind::task:
            return "join";
        case WaitKind::sleep:
            return "sleep";
        case WaitKind::io:
            return "I/O";
        case WaitKind::blocking:
            return "blocking call";
        case WaitKind::cond:
            return "condition";
        case WaitKind::semaphore:
            return "semaphore";
        case WaitKind::event:
            return "event";
        case WaitKind::turn:
            return "turn";
    }
    return "unknown";
}

}  // namespace weft::inline abi1::detail
