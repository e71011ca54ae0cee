// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/rate_limits.h"

#include <string>

#include "weft/context.h"
#include "weft/sim.h"

#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

static void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(11, body) == 0);
}

TEST_CASE("a key has its burst and then its rate, and is told how long to wait for the next") {
    in_simulator([] {
        RateLimits limits(10);
        for (int i = 0; i < 20; ++i) CHECK_FALSE(limits.take("a"));
        const auto wait = limits.take("a");
        REQUIRE(wait);
        CHECK(*wait > 99ms);
        CHECK(*wait <= 100ms);
        CHECK_FALSE(limits.take("b"));  // another's tokens are its own
        weft::sleep(*wait + 1us);
        CHECK_FALSE(limits.take("a"));
        CHECK(limits.take("a"));
    });
}

TEST_CASE("thousands of keys do not make it grow without a bound") {
    in_simulator([] {
        RateLimits limits(10);
        for (std::size_t i = 0; i < RateLimits::keys_max; ++i)
            (void)limits.take("k" + std::to_string(i));
        weft::sleep(1s);  // their buckets are full again
        for (int i = 0; i < 21; ++i) (void)limits.take("k0");
        CHECK_FALSE(limits.take("one more"));
        CHECK(limits.size() == 2);
        CHECK(limits.take("k0"));  // who is over its rate is not forgotten
    });
}

}  // namespace cohort::resilience
