// SPDX-License-Identifier: Apache-2.0
#include "weft/rate_limiter.h"

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("a burst passes at once, then one at each interval") {
    test::for_each_seed(5, [] {
        RateLimiter limiter(100, 3);
        CHECK(limiter.allow());
        CHECK(limiter.allow(2));
        CHECK_FALSE(limiter.allow());
        sleep(9ms);
        CHECK_FALSE(limiter.allow());
        sleep(1ms);
        CHECK(limiter.allow());
        CHECK_FALSE(limiter.allow());
        sleep(1h);
        CHECK(limiter.allow(3));
        CHECK_FALSE(limiter.allow());
    });
}

TEST_CASE("who waits is let through in order, one interval apart") {
    test::for_each_seed(10, [] {
        RateLimiter limiter(100, 1);
        const auto begin = Clock::now();
        std::vector<int> order;
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k) {
                s.go([&, k] {
                    CHECK(limiter.wait());
                    order.push_back(k);
                });
                sleep(1us);
            }
        });
        CHECK(order == std::vector<int>{0, 1, 2, 3});
        CHECK(Clock::now() - begin >= 30ms);
        CHECK(Clock::now() - begin < 31ms);
    });
}

TEST_CASE("a wait that the deadline cannot bear fails at once and takes nothing") {
    test::for_each_seed(5, [] {
        RateLimiter limiter(1, 1);
        CHECK(limiter.allow());
        const auto begin = Clock::now();
        const auto ended = timeout(100ms, [&] { return limiter.wait(); });
        CHECK(ended.error().code == "deadline");
        CHECK(Clock::now() == begin);
        sleep(1s);
        CHECK(limiter.allow());
        CHECK(limiter.wait(2).error().code == "burst");
    });
}

TEST_CASE("a cancelled wait gives its tokens back") {
    test::for_each_seed(5, [] {
        RateLimiter limiter(1, 1);
        CHECK(limiter.allow());
        const auto ended = cancellable([&](CancelHandle& handle) {
            scope([&](Scope& s) {
                s.go([&] { (void)limiter.wait(); });
                sleep(1ms);
                handle.cancel();
            });
        });
        CHECK_FALSE(ended);
        CHECK(limiter.tokens() >= 0);
        CHECK(limiter.tokens() < 0.01);
    });
}

TEST_CASE("a reservation says how long to wait; cancelled, its tokens serve the next") {
    test::for_each_seed(5, [] {
        RateLimiter limiter(10, 2);
        CHECK(limiter.allow(2));
        auto first = limiter.reserve(1);
        REQUIRE(first);
        CHECK(first->delay() == 100ms);
        first->cancel();
        first->cancel();
        const auto second = limiter.reserve(2);
        CHECK(second->delay() == 200ms);
        CHECK_FALSE(limiter.reserve(1, 250ms));
        CHECK_FALSE(limiter.reserve(3));
        sleep(200ms);
        CHECK(second->delay() == 0ms);
    });
}

TEST_CASE("cancelling a reservation gives back no token that a later one is counted on") {
    test::for_each_seed(5, [] {
        RateLimiter limiter(10, 2);
        CHECK(limiter.allow(2));
        auto first = limiter.reserve(1);
        const auto second = limiter.reserve(1);
        first->cancel();
        const auto third = limiter.reserve(1);
        CHECK(second->delay() == 200ms);
        CHECK(third->delay() == 300ms);
    });
}

TEST_CASE("the rate holds for all together, plain threads included") {
    RateLimiter limiter(1000, 5);
    std::atomic<int> passed{0};
    std::vector<std::thread> threads;
    const auto three = [&] {
        for (int i = 0; i < 3; ++i) passed += limiter.wait().ok() ? 1 : 0;
    };
    for (int k = 0; k < 3; ++k) threads.emplace_back(three);
    CHECK(run([&] {
              three();
              blocking("join", [&] {
                  for (auto& thread : threads) thread.join();
              });
          }) == 0);
    CHECK(passed == 12);
}

TEST_CASE("a limiter without a rate is reported") {
    const auto end = test::in_child([] {
        RateLimiter limiter(0, 1);
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a RateLimiter needs a positive rate and burst"));
}

}  // namespace weft
