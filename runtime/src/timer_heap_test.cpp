// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/timer_heap.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <vector>

using namespace weft::detail;

namespace {

struct Numbered : Timer {
    int number = 0;
    std::vector<int>* fired = nullptr;
};

void note(Timer* timer) noexcept {
    const auto* self = static_cast<Numbered*>(timer);
    self->fired->push_back(self->number);
}

std::unique_ptr<Numbered> timer_at(std::int64_t when, int number, std::vector<int>& fired) {
    auto timer = std::make_unique<Numbered>();
    timer->when = weft::TimePoint(std::chrono::nanoseconds(when));
    timer->fire = note;
    timer->number = number;
    timer->fired = &fired;
    return timer;
}

}  // namespace

TEST_CASE("timers fire by time, those that tie in the order of starting, and stopped ones never") {
    constexpr int count = 5000;
    std::mt19937 random(7);
    std::vector<int> fired;
    std::vector<std::unique_ptr<Numbered>> timers;
    TimerHeap heap;
    for (int i = 0; i < count; ++i) {
        timers.push_back(timer_at(random() % 1000, i, fired));
        heap.start(*timers.back());
    }
    std::vector<int> expected;
    for (int i = 0; i < count; ++i) {
        if (random() % 3 == 0)
            CHECK(TimerHeap::stop(*timers[i]));
        else
            expected.push_back(i);
    }
    std::sort(expected.begin(), expected.end(), [&](int a, int b) {
        return timers[a]->when != timers[b]->when ? timers[a]->when < timers[b]->when : a < b;
    });
    for (std::int64_t now = 0; now < 1000; now += 10) heap.fire_due(now);
    CHECK(heap.fire_due(1000) + fired.size() >= expected.size());
    CHECK(fired == expected);
    CHECK(heap.earliest() == TimerHeap::never);
}

TEST_CASE("the earliest time is never that of a stopped timer") {
    std::vector<int> fired;
    const auto first = timer_at(1, 1, fired);
    const auto second = timer_at(2, 2, fired);
    const auto third = timer_at(3, 3, fired);
    TimerHeap heap;
    for (auto* timer : {third.get(), first.get(), second.get()}) heap.start(*timer);
    CHECK(TimerHeap::stop(*second));
    CHECK(heap.earliest() == 1);
    CHECK(TimerHeap::stop(*first));
    CHECK(heap.earliest() == 3);
    CHECK(TimerHeap::stop(*third));
    CHECK(heap.earliest() == TimerHeap::never);
    CHECK_FALSE(TimerHeap::stop(*third));
    heap.start(*second);
    CHECK(heap.earliest() == 2);
}

TEST_CASE("timers that are started and stopped again and again leave a bounded number behind") {
    std::vector<int> fired;
    const auto first = timer_at(1, 0, fired);
    const auto timeout = timer_at(1000, 1, fired);
    TimerHeap heap;
    heap.start(*first);
    std::size_t most = 0;
    for (int i = 0; i < 10'000; ++i) {
        heap.start(*timeout);
        CHECK(TimerHeap::stop(*timeout));
        most = std::max(most, heap.entries());
    }
    CHECK(most < 200);
    CHECK(heap.fire_due(2000) == 1);
}
