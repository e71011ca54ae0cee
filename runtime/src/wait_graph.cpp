// SPDX-License-Identifier: Apache-2.0
// A circle of waits is stable: nobody in it moves again. So it is enough to look at its members
// twice. Who has the same wait in both looks has waited all the time in between, and has neither
// released nor ended anything; therefore at the moment between the looks all waits of the circle
// held at once.
//
// Who closes a circle shows its wait before it looks; of two who close one together at least one
// sees the other's.
#include "runtime/src/wait_graph.h"

#include <algorithm>
#include <atomic>

#include "weft/detail/context_node.h"
#include "weft/detail/task_owner.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/rw_mutex.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/liveness.h"
#include "runtime/src/permit_holders.h"
#include "runtime/src/waits.h"

namespace weft::inline abi1::detail {

/// The locks' own word on who has them.
struct HolderAccess {
    static const Goroutine* holder(WaitKind kind, const void* object) noexcept {
        switch (kind) {
            case WaitKind::mutex:
                return Mutex::owner_in(
                    static_cast<const Mutex*>(object)->word_.load(std::memory_order_acquire));
            case WaitKind::read_lock:
            case WaitKind::write_lock:
                return static_cast<const RWMutex*>(object)->writer_.load(std::memory_order_acquire);
            case WaitKind::once:
                return static_cast<const Once*>(object)->runner_.load(std::memory_order_acquire);
            case WaitKind::task:
                return static_cast<const TaskState*>(object)->runner();
            default:
                return nullptr;
        }
    }
};

// Other waits end by a peer that nobody knows beforehand, by time or by the world.
bool names_its_peers(WaitKind kind) noexcept {
    switch (kind) {
        case WaitKind::mutex:
        case WaitKind::read_lock:
        case WaitKind::write_lock:
        case WaitKind::once:
        case WaitKind::join:
        case WaitKind::task:
        case WaitKind::wait_group:
            return true;
        default:
            return false;
    }
}

namespace {

// Null for its holder means that nobody has it just now.
bool has_one_peer(WaitKind kind) noexcept {
    return kind == WaitKind::mutex || kind == WaitKind::once || kind == WaitKind::task;
}

// It has been cancelled, and is about to hear of it.
bool is_over(const Goroutine& g, std::uint64_t word) noexcept {
    return (word & wake_bits::interruptible) != 0 && g.ambient.cancelled != nullptr &&
           g.ambient.cancelled->load(std::memory_order_acquire);
}

bool has_deadline(const Goroutine& g, std::uint64_t word) noexcept {
    if ((word & wake_bits::interruptible) == 0) return false;
    const ContextNode* context = g.ambient.context;
    return context != nullptr && context->deadline().has_value();
}

bool belongs_to(const WaitView& one, const void* group) noexcept {
    return std::find(one.belongs.begin(), one.belongs.end(), group) != one.belongs.end();
}

// A scope cannot end before what was started in it, nor its opener before the scope: so whoever
// waits for the opener waits for this goroutine, too.
void note_belonging(const Goroutine& g, WaitView& seen) noexcept {
    std::size_t count = 0;
    const TaskOwner* owner = g.begun.owner;
    while (owner != nullptr && count < seen.belongs.size()) {
        seen.belongs[count++] = owner;
        const Goroutine* opener = owner->opener();
        owner = opener != nullptr ? opener->begun.owner : nullptr;
    }
}

}  // namespace

bool has(const HeldLocks& held, const void* lock) noexcept {
    const auto known = std::min(held.count, HeldLocks::recorded);
    return std::find(held.locks, held.locks + known, lock) != held.locks + known;
}

void show_wait() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

bool is_waiting(const Goroutine* g) noexcept {
    return (g->wake.load(std::memory_order_acquire) & wake_bits::armed) != 0;
}

bool somebody_may_wait_for(const Goroutine* me) noexcept {
    const TaskOwner* owner = me->begun.owner;
    const bool has_locks = me->ambient.held.count > 0;
    if (owner == nullptr && !has_locks && !WaitForPermits::are_some())
        return false;  // so it need not show
    show_wait();
    if (has_locks || WaitForPermits::are_some()) return true;  // whose permits it has is not known
    while (owner != nullptr) {
        const Goroutine* opener = owner->opener();
        if (opener == nullptr) return true;  // who waits for this one is not known
        if (opener->ambient.held.count > 0 && is_waiting(opener)) return true;
        owner = opener->begun.owner;
    }
    return false;
}

std::optional<WaitView> view(Goroutine* g) noexcept {
    if (!hold_wait(g)) return std::nullopt;
    const auto word = g->wake.load(std::memory_order_acquire);
    observe(&g->wake);
    // What one waits for that an earlier run has left behind may be gone.
    const bool left_behind = g->life.load(std::memory_order_acquire) == Life::free;
    if (left_behind || is_over(*g, word)) {
        end_inspection(g);
        return std::nullopt;
    }
    WaitView seen;
    seen.goroutine = g;
    seen.sequence = sequence_of(word);
    seen.kind = g->begun.note.kind;
    seen.object = g->begun.note.object;
    seen.where = g->begun.note.where;
    seen.since = g->begun.waiting_since;
    seen.parked = g->off.load(std::memory_order_acquire);
    // Whoever waits for it keeps it alive, and is held still here.
    seen.holder = HolderAccess::holder(seen.kind, seen.object);
    seen.ends_by_itself = has_deadline(*g, word);
    seen.was_said = (word & wake_bits::said) != 0;
    seen.held = g->ambient.held;
    note_belonging(*g, seen);
    end_inspection(g);
    return seen;
}

bool must_act(const WaitView& peer, const WaitView& waits) noexcept {
    switch (waits.kind) {
        case WaitKind::write_lock:  // every reader
            return has(peer.held, waits.object);
        case WaitKind::read_lock:  // the writer that stands in front
            return peer.kind == WaitKind::write_lock && peer.object == waits.object;
        case WaitKind::join:
        case WaitKind::wait_group:
            return belongs_to(peer, waits.object);
        default:
            return false;
    }
}

namespace {
constexpr int steps_max = 64;
}  // namespace

Lead follow(Goroutine* me, const Goroutine* holder) noexcept {
    for (int step = 0; step < steps_max; ++step) {
        if (holder == me) return Lead::circle;
        const auto next = view(const_cast<Goroutine*>(holder));
        if (next && next->kind == WaitKind::semaphore) {
            if (next->object == me->begun.note.object) return Lead::circle;
            holder = only_holder(*next);
            if (holder == nullptr) return all_holders_wait(*next) ? Lead::several : Lead::none;
            continue;
        }
        if (!next || !names_its_peers(next->kind)) return Lead::none;
        if (next->holder == nullptr) {
            if (has_one_peer(next->kind)) return Lead::none;
            const auto mine = view(me);
            return mine && must_act(*mine, *next) ? Lead::circle : Lead::several;
        }
        holder = next->holder;
    }
    return Lead::several;
}

Lead follow_all(Goroutine* me, const PermitHolders& holders) noexcept {
    Lead lead = holders.count() == 0 ? Lead::none : Lead::circle;
    for (const Goroutine* holder : holders) {
        const Lead one = follow(me, holder);
        if (one == Lead::none) return one;
        if (one == Lead::several) lead = one;
    }
    return lead;
}

namespace {

bool same_wait(const WaitView& before, const WaitView& now) noexcept {
    return before.sequence == now.sequence && before.holder == now.holder;
}

}  // namespace

Circle find_circle(Goroutine* from) {
    const Waits waits(Waits::Which::that_name_their_peers);
    Circle circle = waits.circle_through(from);
    if (!circle.empty()) return is_whole(circle) ? circle : Circle{};
    circle = waits.circle_through(from, Waits::Through::permits_too);
    return !circle.empty() && hang(circle) ? circle : Circle{};
}

bool goes_through_permits(const Circle& circle) noexcept {
    return std::any_of(circle.begin(), circle.end(),
                       [](const WaitView& one) { return one.kind == WaitKind::semaphore; });
}

bool is_whole(const Circle& circle) noexcept {
    return std::all_of(circle.begin(), circle.end(), [](const WaitView& before) {
        const auto now = view(before.goroutine);
        return now && same_wait(before, *now);
    });
}

bool was_said(const Circle& circle) noexcept {
    return std::any_of(circle.begin(), circle.end(),
                       [](const WaitView& one) { return one.was_said; });
}

void mark_as_said(const Circle& circle) noexcept {
    for (const WaitView& one : circle) {  // any of them may have been cancelled and ended since
        Goroutine* g = one.goroutine;
        if (!hold_wait(g)) continue;
        if (sequence_of(g->wake.load(std::memory_order_relaxed)) == one.sequence)
            g->wake.fetch_or(wake_bits::said, std::memory_order_relaxed);
        end_inspection(g);
    }
}

}  // namespace weft::inline abi1::detail
