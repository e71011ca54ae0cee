// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/log/rarely.h"

#include <chrono>
#include <functional>
#include <string>

#include "weft/context.h"
#include "weft/sim.h"

#include "tests/support/test.h"

namespace cohort::log {

using namespace std::chrono_literals;

namespace {

void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(3, body) == 0);
}

}  // namespace

TEST_CASE("what happens all the time has a line in a while, and the lines add up to all of it") {
    in_simulator([] {
        Rarely rarely(10s);
        std::int64_t lines = 0;
        std::int64_t told = 0;
        for (int i = 0; i < 60'000; ++i) {
            if (const auto times = rarely.happens("10.0.0.1")) {
                ++lines;
                told += *times;
            }
            weft::sleep(1ms);
        }
        weft::sleep(10s);
        told += rarely.happens("10.0.0.1").value_or(0);
        CHECK(lines == 6);
        CHECK(told == 60'001);
    });
}

TEST_CASE("each key has lines of its own, and what begins has one at once") {
    in_simulator([] {
        Rarely rarely(10s);
        CHECK(rarely.happens("a") == 1);
        CHECK_FALSE(rarely.happens("a"));
        CHECK(rarely.happens("b") == 1);
        weft::sleep(10s);
        CHECK(rarely.happens("a") == 2);
        CHECK(rarely.happens("b") == 1);
    });
}

TEST_CASE("more keys than are kept begin anew, and none is without a line for ever") {
    in_simulator([] {
        Rarely rarely(10s);
        for (std::size_t i = 0; i <= Rarely::keys_max; ++i)
            REQUIRE(rarely.happens("key " + std::to_string(i)) == 1);
        CHECK(rarely.happens("key 0") == 1);
    });
}

}  // namespace cohort::log
