// SPDX-License-Identifier: Apache-2.0
// The gate is checked twice: every order of a model, and the real one under load.
#include "runtime/src/owner_gate.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

#include "runtime/src/run_queue.h"
#include "runtime/src/test_gate_model.h"
#include "tests/support/weak_memory.h"

using namespace weft::detail;

namespace {

using namespace test::model;
using enum Order;

enum GateVariable : unsigned { inside, thief, guarded };

Thread owner(GateModel gate, int times) {
    for (int i = 0; i < times; ++i) {
        co_await enter(gate);
        co_await write(guarded, 1);
        co_await leave(gate);
    }
}

Thread robber(GateModel gate) {
    const Value entered = co_await try_enter_as_thief(gate);
    if (entered == 0) co_return;
    co_await write(guarded, 2);
    co_await leave_as_thief(gate);
}

Found explore_gate(GateModel gate) {
    return explore({.atomics = 2,
                    .plains = 1,
                    .threads = {[=] { return owner(gate, 2); }, [=] { return robber(gate); },
                                [=] { return robber(gate); }}});
}

enum QueueVariable : unsigned { oldest = 2, past_newest, taken, slot };  // behind the gate's

// push() and pop_newest().
Thread queues_and_takes(GateModel gate) {
    co_await enter(gate);
    co_await write(slot, 1);
    co_await store(past_newest, 1, relaxed);
    co_await leave(gate);
    co_await enter(gate);
    const Value end = co_await load(past_newest, relaxed);
    const Value oldest_now = co_await load(oldest, relaxed);
    if (oldest_now != end) {
        co_await store(past_newest, static_cast<Value>(end - 1), relaxed);
        co_await read(slot);
        co_await fetch_add(taken, 1, relaxed);
    }
    co_await leave(gate);
}

// A look from outside, and pop_oldest().
Thread steals(GateModel gate, bool inside_the_gate) {
    const Value glimpsed = co_await load(past_newest, relaxed);
    if (glimpsed == 0) co_return;
    Value may_take = 1;
    if (inside_the_gate) may_take = co_await try_enter_as_thief(gate);
    if (may_take == 0) co_return;
    const Value first = co_await load(oldest, relaxed);
    const Value past_newest_now = co_await load(past_newest, relaxed);
    if (first != past_newest_now) {
        co_await store(oldest, static_cast<Value>(first + 1), relaxed);
        co_await read(slot);
        co_await fetch_add(taken, 1, relaxed);
    }
    if (inside_the_gate) co_await leave_as_thief(gate);
}

Found explore_queue(bool inside_the_gate) {
    const GateModel gate{inside, thief};
    return explore(
        {.atomics = 5,
         .plains = 1,
         .threads = {[=] { return queues_and_takes(gate); },
                     [=] { return steals(gate, inside_the_gate); }},
         .good = [](const End& end) { return end.all_ended() && end.last[taken] == 1; }});
}

}  // namespace

TEST_CASE("in no order are the owner and a thief, or two thieves, inside the gate together") {
    const Found found = explore_gate({inside, thief});
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 100);
}

TEST_CASE("the model of the gate finds the error when the thief passes no fence") {
    CHECK_FALSE(explore_gate({inside, thief, false}).wrong.empty());
}

TEST_CASE("the model of the gate finds the error when one who leaves does not release") {
    CHECK_FALSE(explore_gate({inside, thief, true, relaxed}).wrong.empty());
    CHECK_FALSE(explore_gate({inside, thief, true, release, relaxed}).wrong.empty());
}

TEST_CASE("in no order is what is queued taken twice or lost between the owner and a thief") {
    const Found found = explore_queue(true);
    INFO(found.order);
    CHECK(found.wrong.empty());
    CHECK(found.states > 100);
}

TEST_CASE("the model of the queue finds the error when the thief takes without the gate") {
    CHECK_FALSE(explore_queue(false).wrong.empty());
}

TEST_CASE("no item is taken twice or lost between the owner and thieves") {
    constexpr std::uint32_t items = 4096;
    OwnerGate gate;
    RunQueue<64> queue;
    std::vector<std::atomic<int>> queued(items);
    std::atomic<int> wrong{0};
    std::atomic<int> stolen{0};
    std::atomic<bool> over{false};
    const auto take = [&](Goroutine* item) {
        if (item == nullptr) return false;
        if (queued[reinterpret_cast<std::uintptr_t>(item) % items].fetch_sub(1) != 1) ++wrong;
        return true;
    };
    std::vector<std::thread> thieves;
    for (int t = 0; t < 2; ++t)
        thieves.emplace_back([&] {
            while (!over.load()) {
                if (gate.try_enter_as_thief()) {
                    Goroutine* item = queue.pop_oldest();
                    gate.leave_as_thief();
                    if (take(item)) stolen.fetch_add(1);
                }
                std::this_thread::yield();
            }
        });
    for (std::uintptr_t next = items; stolen.load() < 1000 || next < 100'000; ++next) {
        const std::uintptr_t id = next % items;
        const bool push = queued[id].load() == 0;
        if (push) queued[id].store(1);
        gate.enter();
        const bool pushed = push && queue.push(reinterpret_cast<Goroutine*>(items + id));
        Goroutine* item = next % 3 == 0 ? queue.pop_newest() : nullptr;
        gate.leave();
        if (push && !pushed) queued[id].store(0);
        take(item);
        if (next % 64 == 0) std::this_thread::yield();
    }
    over.store(true);
    for (auto& thread : thieves) thread.join();
    while (take(queue.pop_newest())) {
    }
    int left = 0;
    for (const auto& each : queued) left += each.load();
    CHECK(wrong.load() == 0);
    CHECK(left == 0);
}
