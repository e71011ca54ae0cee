// SPDX-License-Identifier: Apache-2.0
// A model of RWMutex: its state, the two lists behind its spin lock, and who is let in next.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

constexpr Value written = 1;
constexpr Value awaited = 2;
constexpr Value reader = 4;

/// The state, the spin lock, and behind `turn` a place for each thread to be woken at (from 1 on);
/// who waits to write (one at most, by number); which readers wait, a bit each; what is guarded.
enum Variable : unsigned { state, spin, turn, writers = 6, readers, guarded };

struct Rules {
    bool bouncer_looks = true;  // a reader who may not enter looks for others as one who leaves
    bool marks_before_it_waits = true;
    Order reader_leaves = release;
};

bool not_zero(Value value) {
    return value != 0;
}
unsigned turn_of(Value me) {
    return turn + static_cast<unsigned>(me);
}

// The lists have been changed under the spin lock, which is left here.
Call let_in(Value writer, Value batch) {
    co_await store(spin, 0, release);
    if (writer != 0) co_await store(turn_of(writer), 1, release);
    for (Value one = 1; one <= 3; ++one)
        if ((batch >> one & 1) != 0) co_await store(turn_of(one), 1, release);
    co_return 0;
}

// Who is let in, as a bit each.
Call admit_readers() {
    const Value batch = co_await read(readers);
    co_await write(readers, 0);
    Value count = 0;
    for (int one = 1; one <= 3; ++one)
        if ((batch >> one & 1) != 0) count = static_cast<Value>(count + reader);
    co_await fetch_add(state, count, acq_rel);
    const Value writer = co_await read(writers);
    if (batch != 0 && writer == 0) co_await fetch_and(state, static_cast<Value>(~awaited), relaxed);
    co_return batch;
}

Call admit_writer() {
    const Value next = co_await read(writers);
    co_await write(writers, 0);
    if (next != 0) co_await fetch_or(state, written, acq_rel);
    const Value readers_now = co_await read(readers);
    if (readers_now == 0) co_await fetch_and(state, static_cast<Value>(~awaited), relaxed);
    co_return next;
}

// after_reader() and let_next_in().
Call after_reader(Value before) {
    if (before - reader >= reader || (before & awaited) == 0) co_return 0;
    co_await take(spin);
    const Value now = co_await load(state, acquire);
    Value writer = 0;
    Value batch = 0;
    if (now < reader && (now & written) == 0 && (now & awaited) != 0) {
        writer = co_await admit_writer();
        if (writer == 0) batch = co_await admit_readers();
    }
    co_await let_in(writer, batch);
    co_return 0;
}

Call lock_shared_contended(Value me, Rules rules) {
    const Value bounced = co_await fetch_add(state, -reader, release);
    if (rules.bouncer_looks) co_await after_reader(bounced);
    co_await take(spin);
    Value now = co_await load(state, relaxed);
    for (;;) {
        const bool closed = (now & (written | awaited)) != 0;
        const auto then = static_cast<Value>(closed ? now | awaited : now + reader);
        const Value seen = co_await compare_exchange(state, now, then, acquire);
        if (seen == now && !closed) {
            co_await store(spin, 0, release);
            co_return 0;
        }
        if (seen == now) break;
        now = seen;
    }
    const Value waiting = co_await read(readers);
    co_await write(readers, static_cast<Value>(waiting | 1 << me));
    co_await store(spin, 0, release);
    co_await await(turn_of(me), not_zero, acquire);
    co_return 0;
}

Thread reads(Value me, Rules rules) {
    const Value before = co_await fetch_add(state, reader, acquire);
    if ((before & (written | awaited)) != 0) co_await lock_shared_contended(me, rules);
    co_await read(guarded);
    const Value with_me = co_await fetch_add(state, -reader, rules.reader_leaves);
    co_await after_reader(with_me);
}

Call lock_contended(Value me, Rules rules) {
    co_await take(spin);
    Value now = co_await load(state, relaxed);
    for (;;) {
        const Value marked = rules.marks_before_it_waits ? awaited : Value{0};
        const auto then = now == 0 ? written : static_cast<Value>(now | marked);
        const Value seen = co_await compare_exchange(state, now, then, acquire);
        if (seen == now) break;
        now = seen;
    }
    if (now != 0) co_await write(writers, me);
    co_await store(spin, 0, release);
    if (now != 0) co_await await(turn_of(me), not_zero, acquire);
    co_return 0;
}

// lock() and unlock().
Thread writes(Value me, Rules rules) {
    const Value state_before = co_await compare_exchange(state, 0, written, acquire);
    if (state_before != 0) co_await lock_contended(me, rules);
    co_await write(guarded, me);
    const Value state_left = co_await compare_exchange(state, written, 0, release);
    if (state_left == written) co_return;
    co_await take(spin);
    co_await fetch_and(state, static_cast<Value>(~written), release);
    const Value batch = co_await admit_readers();
    Value writer = 0;
    if (batch == 0) writer = co_await admit_writer();
    co_await let_in(writer, batch);
}

Found explore(Rules rules, bool second_reader) {
    Program program{.atomics = 6, .plains = 3};
    program.threads.emplace_back([=] { return writes(1, rules); });
    program.threads.emplace_back([=] { return reads(2, rules); });
    if (second_reader) program.threads.emplace_back([=] { return reads(3, rules); });
    program.good = [](const End& end) { return end.all_ended() && end.last[state] == 0; };
    return test::model::explore(program);
}

}  // namespace

TEST_CASE("in no order do a writer and a reader have an RWMutex together, or wait for ever") {
    for (const bool second_reader : {false, true}) {
        const Found found = explore({}, second_reader);
        INFO(found.order);
        CHECK(found.wrong.empty());
        CHECK(found.states > 50);
    }
}

TEST_CASE("the model of the RWMutex finds the error when a reader that may not enter only leaves") {
    CHECK(explore({.bouncer_looks = false}, true).wrong == "somebody waits for ever");
}

TEST_CASE("the model of the RWMutex finds the error when a writer waits unmarked") {
    CHECK(explore({.marks_before_it_waits = false}, false).wrong == "somebody waits for ever");
}

TEST_CASE("the model of the RWMutex finds the error when a reader leaves without releasing") {
    CHECK_FALSE(explore({.reader_leaves = relaxed}, false).wrong.empty());
}
