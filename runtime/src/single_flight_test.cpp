// SPDX-License-Identifier: Apache-2.0
#include "weft/single_flight.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("those who ask while somebody works get the same result, and the work is done once") {
    test::everywhere([] {
        SingleFlight<std::string, int> flights("terminology");
        Event everybody_came;
        std::atomic<int> made{0};
        std::atomic<int> came{0};
        std::atomic<int> shared{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 6; ++k)
                s.go([&] {
                    if (++came == 6) everybody_came.set();
                    const auto answer = flights.call("I10", [&] {
                        everybody_came.wait();
                        for (int i = 0; i < 50; ++i) yield();
                        return ++made;
                    });
                    CHECK(answer.value >= 1);
                    if (answer.shared) ++shared;
                });
        });
        CHECK(made <= 6);
        CHECK((shared == 0 || shared >= 2));
        const auto again = flights.call("I10", [&] { return ++made; });
        CHECK(again.value == made);
        CHECK_FALSE(again.shared);
    });
    test::everywhere([] {
        SingleFlight<int, int> flights;
        int made = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 5; ++k)
                s.go([&] {
                    const auto answer = flights.call(1, [&] {
                        test::until_waiting(4, "event");  // the others, for this one
                        return ++made;
                    });
                    CHECK(answer.value == 1);
                    CHECK(answer.shared);
                });
        });
        CHECK(made == 1);
    });
}

TEST_CASE("different keys do not wait for each other") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        const auto outer =
            flights.call(1, [&] { return flights.call(2, [] { return 20; }).value + 1; });
        CHECK(outer.value == 21);
    });
}

TEST_CASE("an exception goes to all who waited, and the next call tries anew") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        std::atomic<int> told = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 3; ++k)
                s.go([&] {
                    try {
                        (void)flights.call(1, [&]() -> int {
                            test::until_waiting(2, "event");
                            throw std::runtime_error("torn");
                        });
                    } catch (const std::runtime_error&) {
                        ++told;
                    }
                });
        });
        CHECK(told == 3);
        CHECK(flights.call(1, [] { return 4; }).value == 4);
    });
}

TEST_CASE("when the one who works is cancelled, one of those who wait does it in its place") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        int made = 0;
        std::atomic<int> answered = 0;
        const auto sleeper = [] {
            sleep(1h);
            return 0;
        };
        scope([&](Scope& s) {
            const auto others_ask = [&] {
                for (int k = 0; k < 3; ++k)
                    s.go([&] {
                        const auto answer = flights.call(1, [&] {
                            test::until_waiting(2, "event");
                            return ++made;
                        });
                        CHECK(answer.value == 1);
                        ++answered;
                    });
                test::until_waiting(3, "event");
            };
            const auto work = [&] { (void)flights.call(1, sleeper); };
            CHECK(test::cancel_in("sleep", work, others_ask));
        });
        CHECK(made == 1);
        CHECK(answered == 3);
    });
}

TEST_CASE("one who waits may be cancelled without harm to the others") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        Event begun;
        std::atomic<bool> end = false;
        std::atomic<int> answered = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 2; ++k)
                s.go([&] {
                    const auto answer = flights.call(1, [&] {
                        begun.set();
                        test::yield_until([&] { return end.load(); });
                        return 1;
                    });
                    answered += answer.value;
                });
            begun.wait();
            test::until_waiting(1, "event");
            CHECK(test::cancel_in("event", [&] { (void)flights.call(1, [] { return 9; }); }));
            end = true;
        });
        CHECK(answered == 2);
    });
}

TEST_CASE("a forgotten key is worked on anew beside the old work") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        Event begun;
        Event end;
        scope([&](Scope& s) {
            s.go([&] {
                const auto old = flights.call(1, [&] {
                    begun.set();
                    end.wait();
                    return 1;
                });
                CHECK(old.value == 1);
                CHECK_FALSE(old.shared);
            });
            begun.wait();
            flights.forget(1);
            const auto fresh = flights.call(1, [] { return 2; });
            CHECK(fresh.value == 2);
            CHECK_FALSE(fresh.shared);
            end.set();
        });
    });
}

TEST_CASE("plain threads share the work too") {
    SingleFlight<int, int> flights;
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k)
        threads.emplace_back([&] { sum += flights.call(1, [] { return 1; }).value; });
    for (auto& thread : threads) thread.join();
    CHECK(sum == 4);
}

}  // namespace weft
