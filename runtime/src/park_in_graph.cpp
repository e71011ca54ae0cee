// SPDX-License-Identifier: Apache-2.0
// Parking where the wait may be for somebody who waits, in the end, for the caller.
#include "weft/detail/park_in_graph.h"

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "weft/cancelled.h"
#include "weft/detail/wait_list.h"
#include "weft/report.h"

#include "runtime/src/diagnosing.h"
#include "runtime/src/permit_holders.h"
#include "runtime/src/report.h"
#include "runtime/src/runtime.h"
#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {
namespace {

// A look at all goroutines costs. So it is taken only where they are few, and may take one part in
// so many of the time. What is passed over is found when another of the circle looks, or when all
// are asleep.
constexpr std::size_t few = 4096;
constexpr std::int64_t one_part_in = 64;
std::atomic<std::int64_t> next_look{0};

bool may_look_now(const Runtime* runtime) noexcept {
    if (runtime != nullptr && runtime->sim) return true;
    return goroutine_blocks() <= few && machine_now() >= next_look.load(std::memory_order_relaxed);
}

bool should_look(const Goroutine* me) noexcept {
    return is_diagnosing() && somebody_may_wait_for(me) && may_look_now(Runtime::current());
}

bool is_worth_a_look(Lead lead) noexcept {
    return lead == Lead::circle || (lead == Lead::several && may_look_now(Runtime::current()));
}

// Releases the lock. Not where the caller parks: whom it has gathered would stay on its stack.
__attribute__((noinline)) Lead follow_permits(Goroutine* me, SpinLock& lock,
                                              const PermitPlaces& permits) noexcept {
    const PermitHolders holders = permit_holders(permits);
    lock.unlock();
    return follow_all(me, holders);
}

Circle look(Goroutine* me) {
    const auto before = machine_now();
    Circle circle = find_circle(me);
    const auto after = machine_now();
    next_look.store(after + one_part_in * (after - before), std::memory_order_relaxed);
    return circle;
}

// Not while unwinding, nor where a Cond takes its lock again.
bool may_throw(const Goroutine* me) noexcept {
    return std::uncaught_exceptions() <= me->ambient.exceptions_at_entry;
}

Action reaction_to(const Report& report, bool can_throw) noexcept {
    const Runtime* runtime = Runtime::current();
    const Reactions reactions = runtime != nullptr ? runtime->options.reactions : Reactions{};
    const bool proven = report.certainty == Certainty::proven;
    const Action wanted = proven ? reactions.closing : reactions.likely;
    if (wanted != Action::throw_error || can_throw) return wanted;
    return proven && reactions.proven == Action::abort ? Action::abort : Action::report;
}

// A circle that a deadline opens may come again and again.
bool was_said_of(const std::source_location& where) {
    Runtime* runtime = Runtime::current();
    return runtime != nullptr && !runtime->likely_circles.first(where);
}

// A search of memory is sure, and passes over what has been said.
bool may_be_proven_later(const Circle& circle) noexcept {
    const Runtime* runtime = Runtime::current();
    return runtime != nullptr && runtime->options.search_memory && goes_through_permits(circle);
}

// The caller is armed and queued. Two that close a circle together both find it; they are heard one
// after the other, and the second finds it open again, or said already.
bool is_refused(Goroutine* me, Refusal refusal) {
    static std::mutex hearing;
    std::unique_lock one_at_a_time(hearing);
    const Circle circle = find_circle(me);
    if (circle.empty() || was_said(circle)) return false;
    auto report = std::make_unique<Report>(report_of(circle));
    // Writing it took a while, in which a cancel may have opened the circle.
    if (!is_whole(circle)) return false;
    if (report->certainty == Certainty::likely && was_said_of(report->where)) return false;
    const Action action = reaction_to(*report, refusal == Refusal::throws && may_throw(me));
    const bool refused = action == Action::throw_error && disarm({me, circle.front().sequence});
    if (!refused && !may_be_proven_later(circle)) mark_as_said(circle);
    one_at_a_time.unlock();
    if (refused) {
        tell(*report, Action::report);
        me->begun.refused = report.release();
    } else if (action != Action::throw_error) {
        tell(*report, action);
    }  // else it was to be refused, but a cancel was faster, and opens the circle
    return refused;
}

// When it parks, nothing that it has allocated is left on its stack: the wait may be for ever.
Woke refuse_or_park(Goroutine* me, Refusal refusal) noexcept {
    const bool suspect = !look(me).empty();
    return suspect && is_refused(me, refusal) ? Woke::refused : park();
}

}  // namespace

Woke park_behind(SpinLock& lock, const Goroutine* holder) noexcept {
    if (holder == nullptr || !is_diagnosing()) return park_releasing(lock);
    show_wait();
    if (!is_waiting(holder)) [[likely]]
        return park_releasing(lock);
    Goroutine* me = self();
    lock.unlock();
    const Lead lead = follow(me, holder);
    return is_worth_a_look(lead) ? refuse_or_park(me, Refusal::throws) : park();
}

Woke park_behind_all(SpinLock& lock, Refusal refusal) noexcept {
    Goroutine* me = self();
    if (!should_look(me)) [[likely]]
        return park_releasing(lock);
    lock.unlock();
    return refuse_or_park(me, refusal);
}

Woke park_behind_all(Refusal refusal) noexcept {
    Goroutine* me = self();
    if (!should_look(me)) [[likely]]
        return park();
    return refuse_or_park(me, refusal);
}

Woke park_behind_permits(SpinLock& lock, const PermitPlaces& permits) noexcept {
    if (!is_diagnosing()) return park_releasing(lock);
    const WaitForPermits waits;
    if (!all_holders_wait(permits)) [[likely]]
        return park_releasing(lock);
    Goroutine* me = self();
    const Lead lead = follow_permits(me, lock, permits);
    return is_worth_a_look(lead) ? refuse_or_park(me, Refusal::throws) : park();
}

bool permits_are_awaited() noexcept {
    return WaitForPermits::are_some();
}

void throw_woken(Woke woke) {
    if (woke != Woke::refused) throw_cancelled();
    const std::unique_ptr<Report> report(std::exchange(self()->begun.refused, nullptr));
    throw DeadlockError(std::move(*report));
}

}  // namespace weft::inline abi1::detail
