// SPDX-License-Identifier: Apache-2.0
// A model of how a trace ends while a worker writes to its ring: who ends it reads the ring once it
// has taken it away. The real one is under load in trace_test.cpp.
#include "runtime/src/trace_recorder.h"

#include "runtime/src/test_gate_model.h"
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

/// The gate's two words, and Worker::plain; then Worker::trace and what lies in the ring.
enum Variable : unsigned { inside, thief, plain, trace, ring };

constexpr weft::detail::GateModel gate{inside, thief};

// leave() or push(), twice, and note().
Thread works(bool asks_inside_the_gate) {
    for (int i = 0; i < 2; ++i) {
        const Value plain_now = co_await load(plain, relaxed);
        if (plain_now != 0) continue;
        Value has_ring = 1;
        if (!asks_inside_the_gate) has_ring = co_await read(trace);
        co_await enter(gate);
        if (asks_inside_the_gate) has_ring = co_await read(trace);
        if (has_ring != 0) co_await write(ring, 1);
        co_await leave(gate);
    }
}

// TraceRecorder::end().
Thread ends() {
    Value entered = 0;
    for (int tries = 0; tries < 2 && entered == 0; ++tries)
        entered = co_await try_enter_as_thief(gate);
    if (entered == 0) co_return;  // it would try on
    co_await write(trace, 0);
    co_await store(plain, 1, relaxed);
    co_await leave_as_thief(gate);
    co_await read(ring);
    co_await write(ring, 2);
}

Found explore_end(bool asks_inside_the_gate) {
    return explore({.atomics = 3,
                    .plains = 2,
                    .threads = {[=] { return works(asks_inside_the_gate); }, ends},
                    .first = {{trace, 1}}});
}

}  // namespace

TEST_CASE("in no order does a worker write to a ring that has been taken from it") {
    const Found found = explore_end(true);
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 100);
}

TEST_CASE("the model of the trace finds the error when a worker takes its ring before its gate") {
    CHECK_FALSE(explore_end(false).wrong.empty());
}

TEST_CASE("a ring keeps the newest events and knows how many it has not") {
    using weft::detail::TraceEvent;
    weft::detail::TraceRing few(0, 3);
    CHECK(few.size() == 0);
    for (int i = 1; i <= 5; ++i) {
        TraceEvent event;
        event.when = i;
        few.add(event);
    }
    CHECK(few.size() == 3);
    CHECK(few.dropped() == 2);
    CHECK(few[0].when == 3);
    CHECK(few[2].when == 5);
}
