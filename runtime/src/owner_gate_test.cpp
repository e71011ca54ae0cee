// SPDX-License-Identifier: Apache-2.0
// The gate is checked twice: every order of a small model with store buffers (what x86 may do, and
// what a compiler fence alone does not prevent), and the real one under load.
#include "runtime/src/owner_gate.h"

#include <array>
#include <cstdint>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

#include "runtime/src/run_queue.h"
#include "tests/support/store_buffers.h"

using namespace weft::detail;

namespace {

using Line = test::StoreBuffers::Line;
using Step = test::StoreBuffers::Step;

constexpr std::array owner_program = {
    Line{Step::set, 0},     Line{Step::test, 1, 4},  // enter(): inside, or wait_outside()
    Line{Step::inside},     Line{Step::clear, 0, 0}, Line{Step::clear, 0},
    Line{Step::test, 1, 5}, Line{Step::set, 0},      Line{Step::test, 1, 4},
    Line{Step::inside},     Line{Step::clear, 0},    Line{Step::end}};
constexpr std::array thief_program = {Line{Step::set, 1},     Line{Step::fence},
                                      Line{Step::test, 0, 4}, Line{Step::inside},
                                      Line{Step::clear, 1},   Line{Step::end}};

}  // namespace

TEST_CASE("in no order of stores are the owner and a thief inside the gate together") {
    test::StoreBuffers model(owner_program, thief_program, true);
    CHECK_FALSE(model.both_can_be_inside());
    CHECK(model.states() > 30);
}

TEST_CASE("the model of the gate finds the error when the thief passes no fence") {
    test::StoreBuffers model(owner_program, thief_program, false);
    CHECK(model.both_can_be_inside());
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
