// SPDX-License-Identifier: Apache-2.0
// A model of one timer that fires while its owner stops it: what the owner does with its memory
// afterwards must come after all that the firing did.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

constexpr Value idle = 0;
constexpr Value running = 1;
constexpr Value firing = 2;

bool not_firing(Value state) {
    return state != firing;
}

/// The timer's state; the heap's lock; the timer's place in the heap; the timer itself.
enum Variable : unsigned { state, lock, place, timer };

struct Rules {
    bool stop_waits = true;  // until it has fired
    bool stop_locks = true;
    Order fired = release;
};

// One round of fire_due().
Thread fires(Rules rules) {
    co_await take(lock);
    const bool due = co_await read(place) != 0;
    if (due) {
        co_await write(place, 0);
        co_await store(state, firing, relaxed);
    }
    co_await store(lock, 0, release);
    if (!due) co_return;
    co_await read(timer);
    co_await store(state, idle, rules.fired);
}

// stop(), that is take_out() and wait_until_fired(); then the timer's memory is used anew.
Thread stops(Rules rules) {
    bool out = false;
    const Value state_now = co_await load(state, acquire);
    if (state_now != idle) {
        if (rules.stop_locks) co_await take(lock);
        const Value state_then = co_await load(state, relaxed);
        if (state_then == running) {
            co_await write(place, 0);
            co_await store(state, idle, relaxed);
            out = true;
        }
        if (rules.stop_locks) co_await store(lock, 0, release);
    }
    if (!out && rules.stop_waits) co_await await(state, not_firing, acquire);
    co_await write(timer, 1);
}

Found explore_stop(Rules rules) {
    return explore({.atomics = 2,
                    .plains = 2,
                    .threads = {[=] { return fires(rules); }, [=] { return stops(rules); }},
                    .first = {{state, running}, {place, 1}}});
}

}  // namespace

TEST_CASE("in no order is a timer's memory touched by its firing once it has been stopped") {
    const Found found = explore_stop({});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 15);
}

TEST_CASE("the model of the timer finds the error when who stops it does not wait") {
    CHECK_FALSE(explore_stop({.stop_waits = false}).wrong.empty());
}

TEST_CASE("the model of the timer finds the error when it is taken out without the lock") {
    CHECK_FALSE(explore_stop({.stop_locks = false}).wrong.empty());
}

TEST_CASE("the model of the timer finds the error when the end of the firing is not released") {
    CHECK_FALSE(explore_stop({.fired = relaxed}).wrong.empty());
}
