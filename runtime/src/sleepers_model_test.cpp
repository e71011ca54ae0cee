// SPDX-License-Identifier: Apache-2.0
// Models of how workers sleep and are woken, of how the last to sleep judges whether that is for
// ever, and of how the watchman dozes meanwhile.
#include "tests/support/test.h"
#include "tests/support/weak_memory.h"

namespace {

using namespace test::model;
using enum Order;

bool not_zero(Value value) {
    return value != 0;
}
bool is_zero(Value value) {
    return value == 0;
}

/// A worker's own queue; how many sleep; whether one spins; the idle mutex; the futex of the one
/// that sleeps; and, under the mutex, whether it is on the list.
enum SleepVariable : unsigned { queue, sleepers, spinning, mutex, futex, listed };

struct SleepRules {
    bool sleeper_passes_fence = true;
    bool sleeper_looks_again = true;
};

// The end of find_work()'s spin, and Runtime::sleep().
Thread sleeps(SleepRules rules) {
    const Value queue_now = co_await load(queue, relaxed);
    if (queue_now != 0) co_return;
    co_await store(spinning, 0, seq_cst);
    co_await take(mutex);
    co_await write(listed, 1);
    co_await fetch_add(sleepers, 1, seq_cst);
    co_await store(mutex, 0, release);
    if (rules.sleeper_passes_fence) co_await heavy_fence();
    const Value queued = co_await load(queue, relaxed);
    if (rules.sleeper_looks_again && queued != 0) co_return;
    co_await await(futex, not_zero, acquire);
}

// Worker::push() on another worker, and wake_one().
Thread pushes() {
    co_await store(queue, 1, relaxed);
    const Value sleepers_now = co_await load(sleepers, seq_cst);
    if (sleepers_now == 0) co_return;
    const Value spinning_now = co_await load(spinning, seq_cst);
    if (spinning_now != 0) co_return;
    co_await take(mutex);
    const Value listed_now = co_await read(listed);
    if (listed_now != 0) {
        co_await write(listed, 0);
        co_await fetch_add(sleepers, -1, seq_cst);
        co_await store(futex, 1, release);
    }
    co_await store(mutex, 0, release);
}

Found explore_sleep(SleepRules rules) {
    return explore({.atomics = 5,
                    .plains = 1,
                    .threads = {[=] { return sleeps(rules); }, pushes},
                    .first = {{spinning, 1}}});
}

/// Blocking calls, PinnedThread calls or OutsideWakers that there are; what is queued from outside.
enum JudgeVariable : unsigned { active, injected };

struct JudgeRules {
    bool queues_last = true;  // looks at them after it has looked for who could still wake
    bool wakes_first = true;  // before it is not counted any longer
};

// The end of a blocking call, on its own thread.
Thread ends_call(JudgeRules rules) {
    if (!rules.wakes_first) co_await fetch_add(active, -1, seq_cst);
    co_await fetch_add(injected, 1, seq_cst);
    if (rules.wakes_first) co_await fetch_add(active, -1, seq_cst);
}

// Runtime::all_quiet(): it must not find all quiet, as the call has woken somebody.
Thread judges(JudgeRules rules) {
    Value queued = 0;
    if (!rules.queues_last) queued = co_await load(injected, acquire);
    const Value may_wake = co_await load(active, seq_cst);
    if (rules.queues_last) queued = co_await load(injected, acquire);
    co_await require(queued != 0 || may_wake != 0);
}

Found explore_judge(JudgeRules rules) {
    return explore({.atomics = 2,
                    .threads = {[=] { return ends_call(rules); }, [=] { return judges(rules); }},
                    .first = {{active, 1}}});
}

/// What the watchman does: 0 watches, 1 dozes; how many workers sleep.
enum WatchVariable : unsigned { watchman, asleep };

// doze().
Thread dozes() {
    const Value watchman_before = co_await compare_exchange(watchman, 0, 1, seq_cst);
    if (watchman_before != 0) co_return;
    const Value asleep_now = co_await load(asleep, seq_cst);
    if (asleep_now == 1) co_await await(watchman, is_zero, acquire);
    co_await compare_exchange(watchman, 1, 0, seq_cst);
}

// forget_sleeper() and rouse(), of the only worker.
Thread awakes(Order rouses) {
    co_await fetch_add(asleep, -1, rouses);
    const Value watchman_now = co_await load(watchman, rouses);
    if (watchman_now == 1) co_await compare_exchange(watchman, 1, 0, rouses);
}

Found explore_watch(Order rouses) {
    return explore(
        {.atomics = 2, .threads = {dozes, [=] { return awakes(rouses); }}, .first = {{asleep, 1}}});
}

void check_right(const Found& found, std::size_t states) {
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > states);
}

}  // namespace

TEST_CASE("in no order does a worker sleep while something it could run is queued") {
    check_right(explore_sleep({}), 50);
}

TEST_CASE("the model of sleeping finds the error when the sleeper passes no fence") {
    CHECK(explore_sleep({.sleeper_passes_fence = false}).wrong == "somebody waits for ever");
}

TEST_CASE("the model of sleeping finds the error when the sleeper does not look once more") {
    CHECK(explore_sleep({.sleeper_looks_again = false}).wrong == "somebody waits for ever");
}

TEST_CASE("in no order is all quiet found while a call from outside has just woken somebody") {
    check_right(explore_judge({}), 10);
}

TEST_CASE("the model of the judgement finds the error when the queues are looked at first") {
    CHECK_FALSE(explore_judge({.queues_last = false}).wrong.empty());
}

TEST_CASE("the model of the judgement finds the error when a call ends before it has woken") {
    CHECK_FALSE(explore_judge({.wakes_first = false}).wrong.empty());
}

TEST_CASE("in no order does the watchman doze on while a worker is awake") {
    check_right(explore_watch(seq_cst), 10);
}

TEST_CASE("the model of the watchman finds the error when a worker's look at him is weaker") {
    CHECK(explore_watch(acq_rel).wrong == "somebody waits for ever");
}
