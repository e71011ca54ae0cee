// SPDX-License-Identifier: Apache-2.0
// A model of Mutex: its word, the list behind its spin lock, waking and handing over. Time is not
// in it: who is impatient asks for `starving` the first time that others were faster.
#include <array>

#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

constexpr Value waited_for = 1;
constexpr Value starving = 2;
constexpr Value waking = 4;
constexpr Value bits = 7;  // below the owner, who is a thread's number times 8

constexpr Value woken = 1;
constexpr Value handed = 2;

/// The word, the spin lock, and behind `turn` a place for each thread to be woken at (from 1 on);
/// the list, first come lowest, in digits to the base of 4; and what the lock guards.
enum Variable : unsigned { word, spin, turn, list = 6, guarded };

struct Rules {
    bool impatient = false;
    Order takes = acquire;
    bool unlock_looks = true;        // whether somebody waits
    bool hands_owner_over = true;    // with the lock
    bool tries_again_listed = true;  // under the spin lock, before it waits
};

bool not_zero(Value value) {
    return value != 0;
}
Value count_of(Value listed) {
    return listed == 0 ? 0 : listed < 4 ? 1 : 2;
}
Value behind(Value listed, Value me) {
    return static_cast<Value>(listed | me << (2 * count_of(listed)));
}
Value before(Value listed, Value me) {
    return static_cast<Value>(listed << 2 | me);
}
Value bits_of(Value listed, Value now) {
    return static_cast<Value>((listed != 0 ? waited_for : 0) | (now & waking));
}

Value owned_by(Value me) {
    return static_cast<Value>(me * 8);
}
unsigned turn_of(Value me) {
    return turn + static_cast<unsigned>(me);
}

// 1: it is taken. Else whoever has it will look at the list.
Call take_or_mark(Value me, Value marks, Rules rules) {
    const Value listed = co_await read(list);
    for (;;) {
        const Value now = co_await load(word, relaxed);
        if (rules.tries_again_listed && (now & (~bits | starving)) == 0) {
            const auto taken = static_cast<Value>(owned_by(me) | bits_of(listed, now));
            const Value word_before = co_await compare_exchange(word, now, taken, rules.takes);
            if (word_before == now) co_return 1;
        } else {
            const auto marked = static_cast<Value>(now | marks);
            const Value word_before = co_await compare_exchange(word, now, marked, relaxed);
            if (word_before == now) co_return 0;
        }
    }
}

Call wait_for_turn(Value me, Rules rules) {
    for (bool was_woken = false;; was_woken = true) {
        co_await take(spin);
        if (was_woken) co_await fetch_and(word, static_cast<Value>(~waking), relaxed);
        const Value starved = was_woken && rules.impatient ? starving : Value{0};
        const Value taken_at_once =
            co_await take_or_mark(me, static_cast<Value>(waited_for | starved), rules);
        if (taken_at_once != 0) {
            co_await store(spin, 0, release);
            co_return 0;
        }
        const Value listed = co_await read(list);
        co_await write(list, was_woken ? before(listed, me) : behind(listed, me));
        co_await store(spin, 0, release);
        const Value how = co_await await(turn_of(me), not_zero, acquire);
        co_await store(turn_of(me), 0, relaxed);
        if (how == handed) co_return 0;
    }
}

Call unlock_contended(Rules rules) {
    if (!rules.unlock_looks) {
        co_await store(word, 0, release);
        co_return 0;
    }
    Value now = co_await load(word, relaxed);
    while ((now & (waking | starving)) == waking) {
        const auto left = static_cast<Value>(now & bits);
        const Value seen = co_await compare_exchange(word, now, left, release);
        if (seen == now) co_return 0;
        now = seen;
    }
    co_await take(spin);
    now = co_await load(word, relaxed);
    Value listed = co_await read(list);
    const bool hands_over = (now & starving) != 0;
    Value next = 0;
    if (hands_over || (now & waking) == 0) next = static_cast<Value>(listed & 3);
    if (next != 0) listed = static_cast<Value>(listed >> 2);
    co_await write(list, listed);
    Value after = bits_of(listed, now);
    if (next != 0 && hands_over) {
        const Value owner = rules.hands_owner_over ? owned_by(next) : Value{0};
        after = static_cast<Value>(after | owner | (listed != 0 ? starving : 0));
    } else if (next != 0) {
        after = static_cast<Value>(after | waking);
    }
    co_await store(word, after, release);
    co_await store(spin, 0, release);
    if (next != 0) co_await store(turn_of(next), hands_over ? handed : woken, release);
    co_return 0;
}

Thread locks(Value me, int times, Rules rules) {
    for (int i = 0; i < times; ++i) {
        const Value word_before = co_await compare_exchange(word, 0, owned_by(me), rules.takes);
        if (word_before != 0) co_await wait_for_turn(me, rules);
        co_await write(guarded, me);
        const Value word_left = co_await compare_exchange(word, owned_by(me), 0, release);
        if (word_left != owned_by(me)) co_await unlock_contended(rules);
    }
}

Found explore(Rules rules, std::array<int, 3> times) {
    Program program{.atomics = 6, .plains = 2};
    for (const Value me : {Value{1}, Value{2}, Value{3}})
        if (const int n = times[static_cast<std::size_t>(me - 1)]; n != 0)
            program.threads.emplace_back([=] { return locks(me, n, rules); });
    program.good = [](const End& end) { return end.all_ended() && end.last[word] == 0; };
    return test::model::explore(program);
}

void check_right(Rules rules, std::array<int, 3> times) {
    const Found found = explore(rules, times);
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 500);
}

}  // namespace

TEST_CASE("in no order do two hold a Mutex, or does one wait for it for ever") {
    check_right({}, {2, 2, 0});
    check_right({}, {1, 1, 1});
}

TEST_CASE("in no order does a Mutex that is handed over go to two, or to nobody") {
    check_right({.impatient = true}, {2, 2, 0});
    check_right({.impatient = true}, {3, 1, 0});
}

TEST_CASE("the model of the Mutex finds the error when who takes it does not acquire") {
    CHECK_FALSE(explore({.takes = relaxed}, {1, 1, 0}).wrong.empty());
}

TEST_CASE("the model of the Mutex finds the error when who leaves does not look at the list") {
    CHECK_FALSE(explore({.unlock_looks = false}, {1, 1, 0}).wrong.empty());
}

TEST_CASE("the model of the Mutex finds the error when it is handed over without its owner") {
    CHECK_FALSE(explore({.impatient = true, .hands_owner_over = false}, {3, 1, 0}).wrong.empty());
}

TEST_CASE("the model of the Mutex finds the error when nobody tries again before he waits") {
    CHECK_FALSE(explore({.tries_again_listed = false}, {1, 1, 0}).wrong.empty());
}
