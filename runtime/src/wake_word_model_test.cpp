// SPDX-License-Identifier: Apache-2.0
// A model of the waiting protocol of detail/park.h: who claims a wait, who reads it, and when the
// one that waits may run again. The real one is under load in most other tests.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

constexpr Value armed = 1;
constexpr Value inspecting = 4;

bool not_zero(Value value) {
    return value != 0;
}
bool not_inspecting(Value value) {
    return (value & inspecting) == 0;
}

/// The wake word; the flag of its context; the run queue; its stack has been left; its frame.
enum Variable : unsigned { wake, cancelled, queue, off, frame };

struct Rules {
    bool canceller_passes_fence = true;
    bool claims_by_exchange = true;  // else it looks and then stores
    bool claim_heeds_inspection = true;
    bool waits_until_left = true;
    Order claims = acq_rel;
};

// arm() and park(), in a context that may be cancelled, and what it does once it runs again.
Thread waits() {
    co_await write(frame, 1);
    co_await store(wake, armed, release);
    const Value is_cancelled = co_await load(cancelled, acquire);
    if (is_cancelled != 0) {
        const Value wake_before = co_await compare_exchange(wake, armed, 0, acq_rel);
        if (wake_before == armed) {
            co_await write(frame, 2);
            co_return;
        }
    }
    co_await await(queue, not_zero, acquire);
    co_await write(frame, 3);
}

// A peer, or a timer. One that comes before the wait has nobody to wake.
Thread wakes(Rules rules) {
    if (rules.claims_by_exchange) {
        const Value wake_before = co_await compare_exchange(wake, armed, 0, rules.claims);
        if (wake_before != armed) co_return;
    } else {
        const Value wake_now = co_await load(wake, acquire);
        if (wake_now != armed) co_return;
        co_await store(wake, 0, release);
    }
    co_await write(frame, 4);
    co_await fetch_add(queue, 1, release);
}

// cancel(), interrupt_barrier(), interrupt().
Thread cancels(Rules rules) {
    co_await store(cancelled, 1, release);
    if (rules.canceller_passes_fence) co_await heavy_fence();
    const Value wake_now = co_await load(wake, acquire);
    if (wake_now != armed) co_return;
    const Value wake_before = co_await compare_exchange(wake, armed, 0, acq_rel);
    if (wake_before != armed) co_return;
    co_await write(frame, 5);
    co_await fetch_add(queue, 1, release);
}

Found explore_claims(Rules rules) {
    return explore(
        {.atomics = 4,
         .plains = 1,
         .threads = {waits, [=] { return wakes(rules); }, [=] { return cancels(rules); }},
         .good = [](const End& end) { return end.all_ended() && end.last[queue] <= 1; }});
}

// hold_wait(), a look at the frame, end_inspection().
Thread inspects() {
    const Value wake_before = co_await compare_exchange(wake, armed, armed | inspecting, acq_rel);
    if (wake_before != armed) co_return;
    co_await read(frame);
    co_await fetch_and(wake, static_cast<Value>(~inspecting), acq_rel);
}

// claim() beside an inspection.
Thread wakes_the_inspected(Rules rules) {
    for (;;) {
        Value seen = co_await load(wake, acquire);
        if (rules.claim_heeds_inspection && !not_inspecting(seen))
            seen = co_await await(wake, not_inspecting, acquire);
        if ((seen & armed) == 0) co_return;
        const auto claimed = static_cast<Value>(seen & ~armed);
        const Value wake_before = co_await compare_exchange(wake, seen, claimed, acq_rel);
        if (wake_before == seen) break;
    }
    co_await fetch_add(queue, 1, release);
}

Thread waits_for_a_peer() {
    co_await write(frame, 1);
    co_await store(wake, armed, release);
    co_await await(queue, not_zero, acquire);
    co_await write(frame, 3);
}

Found explore_inspection(Rules rules) {
    return explore(
        {.atomics = 4,
         .plains = 1,
         .threads = {waits_for_a_peer, inspects, [=] { return wakes_the_inspected(rules); }},
         .good = [](const End& end) {
             // Who came before there was a wait woke nobody.
             return end.all_ended() || end.last[wake] == armed;
         }});
}

// The stack is in use until the worker has switched away from it, and sets `off`.
Thread leaves_its_stack() {
    co_await write(frame, 1);
    co_await store(wake, armed, release);
    co_await write(frame, 2);
    co_await store(off, 1, release);
}

// Whoever picks it from the queue puts it back while it is still on its stack.
Thread runs_it(Rules rules) {
    co_await await(queue, not_zero, acquire);
    if (rules.waits_until_left) co_await await(off, not_zero, acquire);
    co_await write(frame, 3);
}

Thread readies() {
    co_await await(wake, not_zero, acquire);
    co_await compare_exchange(wake, armed, 0, acq_rel);
    co_await store(queue, 1, release);
}

Found explore_leaving(Rules rules) {
    return explore({.atomics = 4, .plains = 1, .threads = {leaves_its_stack, readies, [=] {
                                                               return runs_it(rules);
                                                           }}});
}

/// Each of two shows its wait, and then looks whether the other waits for it.
enum CircleVariable : unsigned { first_waits, second_waits, missed };

Thread closes_a_circle(unsigned own, unsigned other, bool shows) {
    co_await store(own, armed, release);
    if (shows) co_await fence();  // show_wait()
    const Value other_now = co_await load(other, acquire);
    if (other_now != armed) co_await fetch_add(missed, 1, relaxed);
}

Found explore_circle(bool shows) {
    return explore({.atomics = 3,
                    .threads = {[=] { return closes_a_circle(first_waits, second_waits, shows); },
                                [=] { return closes_a_circle(second_waits, first_waits, shows); }},
                    .good = [](const End& end) { return end.last[missed] < 2; }});
}

}  // namespace

TEST_CASE("in no order do two close a circle of waits, and neither sees it") {
    const Found found = explore_circle(true);
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 10);
}

TEST_CASE("the model of circles finds the error when a wait is not shown before the look") {
    CHECK_FALSE(explore_circle(false).wrong.empty());
}

TEST_CASE("in no order do two claim a wait, and no cancel is missed by one that begins to wait") {
    const Found found = explore_claims({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 100);
}

TEST_CASE("the model of claims finds the error when the canceller passes no fence") {
    CHECK(explore_claims({.canceller_passes_fence = false}).wrong == "somebody waits for ever");
}

TEST_CASE("the model of claims finds the error when a claim is no compare-and-swap or relaxed") {
    CHECK_FALSE(explore_claims({.claims_by_exchange = false}).wrong.empty());
    CHECK_FALSE(explore_claims({.claims = relaxed}).wrong.empty());
}

TEST_CASE("in no order does a goroutine run while a report reads what it waits for") {
    const Found found = explore_inspection({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 30);
}

TEST_CASE("the model of inspection finds the error when a claim does not heed it") {
    CHECK_FALSE(explore_inspection({.claim_heeds_inspection = false}).wrong.empty());
}

TEST_CASE("in no order does a goroutine that was woken early run while it is on its stack still") {
    const Found found = explore_leaving({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 10);
}

TEST_CASE("the model of leaving finds the error when nobody asks whether the stack was left") {
    CHECK_FALSE(explore_leaving({.waits_until_left = false}).wrong.empty());
}
