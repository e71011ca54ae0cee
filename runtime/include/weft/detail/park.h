// SPDX-License-Identifier: Apache-2.0
// How anything in weft waits. A primitive that wants to wait
//
//     lock(object)                          // a detail::SpinLock
//     Ticket ticket = arm({kind, object, name, where});
//     Waiter waiter{ticket, ...};           // on the waiter's own stack
//     object.waiters.push_back(waiter);
//     Woke woke = park(unlock_it, &object); // the lock is released after the stack has been left
//     if (woke == Woke::interrupted) { lock(object); object.waiters.remove(waiter); unlock(object);
//     throw_cancelled(); }
//
// and a primitive that wakes
//
//     lock(object)
//     while (Waiter* w = object.waiters.pop_front())
//         if (claim(w->ticket)) { ...write into *w, whose owner cannot run yet...;
//         ready(w->ticket.goroutine); break; }
//     unlock(object)
//
// Exactly one party claims a ticket: a peer, or a cancel. After winning, the claimer may touch the
// waiter's frame until it calls ready(). Plain threads wait the same way (self() gives them a
// pseudo-goroutine that waits on a futex), so every primitive works from anywhere.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace weft::inline abi1::detail {

class Goroutine;
class ContextNode;  // context.h

/// What a wait is for; each has its word in reports.
enum class WaitKind : std::uint8_t {
    none,
    send,
    receive,
    select,
    timed_select,  ///< one that time ends
    mutex,
    read_lock,
    write_lock,
    wait_group,
    counted_group,  ///< one whose users count by hand, as Go's do
    once,
    join,  ///< of all that a scope or the like has started
    task,  ///< of one, by its handle
    sleep,
    io,
    blocking,
    cond,
    semaphore,
    event,
    turn,
};
const char* to_string(WaitKind kind) noexcept;

/// What reports say of a wait. `object` identifies the primitive, `name` is its name or null
/// (static or owned by it).
struct WaitNote {
    WaitKind kind = WaitKind::none;
    const void* object = nullptr;
    const char* name = nullptr;
    std::source_location where = {};
};

/// One wait of one goroutine. Never repeats, so a stale ticket can only fail to be claimed; the
/// goroutine's control block is never unmapped, so asking is always safe.
struct Ticket {
    Goroutine* goroutine = nullptr;
    std::uint64_t sequence = 0;
};

/// `refused`: waiting would have closed a circle of waits; only from park_in_graph.h.
enum class Woke : std::uint8_t { by_peer, interrupted, refused };
enum class Interrupt : std::uint8_t { by_context, never };

/// What self() asks where this thread has not been asked before, or has no quick answer.
Goroutine* ask_self() noexcept;

// Reads a thread_local of the runtime by hand, where that is known how: compilers keep the address
// of one across a call that parked, so the alternative is a call each time. `name` is its symbol.
#if defined(__x86_64__)
#define WEFT_READ_THREAD_LOCAL(name, into)                                 \
    asm volatile("movq " name "@gottpoff(%%rip), %0\n\tmovq %%fs:(%0), %0" \
                 : "=r"(into)                                              \
                 :                                                         \
                 : "memory")
#endif

/// Who runs this: the goroutine, or the thread's pseudo-goroutine. Never null.
inline Goroutine* self() noexcept {
#if defined(WEFT_READ_THREAD_LOCAL)
    Goroutine* me = nullptr;
    WEFT_READ_THREAD_LOCAL("weft_abi1_running", me);
    if (me != nullptr) [[likely]]
        return me;
#endif
    return ask_self();
}

/// Begins a wait of the caller. From here on claim() may win, also before park().
/// `by_context`: the ambient context's cancel interrupts it (unless the goroutine is shielded).
Ticket arm(const WaitNote& note, Interrupt interrupt = Interrupt::by_context) noexcept;

/// Tries to win the right to wake this wait. Exactly one call per ticket returns true.
bool claim(const Ticket& ticket) noexcept;

/// Makes a goroutine runnable. Only after claim() was won, exactly once.
void ready(Goroutine* goroutine) noexcept;

/// Waits until the armed wait is claimed and ready. `release(arg)` runs once the caller's stack has
/// been left (on a plain thread: before it sleeps) and must not touch that stack's locals other
/// than through objects it locks. Never throws. With Woke::interrupted nobody else has claimed: the
/// caller dequeues itself.
Woke park(void (*release)(void*) noexcept = nullptr, void* arg = nullptr) noexcept;

/// Gives an armed wait up without parking (a select that found its case). False: somebody has
/// claimed it already, and the caller must park() to take the wake.
bool disarm(const Ticket& ticket) noexcept;

/// Puts the caller at the end of the queue and lets others run.
void yield() noexcept;

/// Tells the scheduler that the caller has met a lock in use: goroutines that quarrel about one are
/// better off on one worker.
void met_lock_in_use() noexcept;

/// The same, and lets others run before the caller queues at it. False: it cannot here.
bool yield_before_waiting() noexcept;

class LockTag;  // held_locks.h

/// The locks a goroutine holds, innermost last. Beyond the recorded ones only the number is known.
struct HeldLocks {
    static constexpr std::uint32_t recorded = 3;
    std::uint32_t count = 0;
    std::uint32_t unordered_from = recorded;  ///< these have no order among each other: lock_all()
    const LockTag* locks[recorded] = {};
};

/// What the core knows of a goroutine's ambient context. Owned by context.cpp; the core only reads
/// `cancelled`, on the goroutine's own stack, when it parks: null means "cannot be interrupted" (no
/// context, or shielded). A wait that begins while more exceptions are in flight than
/// `exceptions_at_entry` is not interrupted either: a destructor must not throw Cancelled.
struct Ambient {
    const std::atomic<bool>* cancelled = nullptr;
    ContextNode* context = nullptr;
    int exceptions_at_entry = 0;  // std::uncaught_exceptions() when the context was entered
    bool listed = false;          // in the context's list of goroutines
    Goroutine* next = nullptr;    // the context's list of goroutines
    Goroutine* previous = nullptr;
    HeldLocks held;
};

/// The ambient part of a goroutine, which stands at its beginning (asserted in park.cpp).
inline Ambient& ambient(Goroutine* goroutine) noexcept {
    return *reinterpret_cast<Ambient*>(goroutine);
}

/// Puts the caller into its context's list, so that a cancel finds it. arm() does it before the
/// first wait that may be interrupted: who never waits never pays for it. Defined in context.cpp.
void enlist(Goroutine* goroutine) noexcept;

/// Wakes the goroutine if it is in an interruptible wait. For the context's cancel only: set the
/// cancelled flags, call interrupt_barrier() once, then interrupt() each goroutine of the context
/// (whose list lock keeps them alive).
void interrupt_barrier() noexcept;
void interrupt(Goroutine* goroutine) noexcept;

/// A number in [0, n) from the one seam for choices: seeded in the simulator.
/// The kinds of choice are named so that a schedule can be read.
enum class Choice : std::uint8_t { next_goroutine, select_case, network, fault, user };
std::size_t choose(Choice kind, std::size_t n) noexcept;

}  // namespace weft::inline abi1::detail
