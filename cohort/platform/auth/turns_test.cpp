// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/turns.h"

#include <atomic>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace cohort::auth {

namespace {

using namespace std::chrono_literals;

}  // namespace

TEST_CASE("no more than the number at a time are inside, and everybody gets a turn in the end") {
    for (std::uint64_t seed = 1; seed <= test::seeds(50); ++seed) {
        INFO("seed " << seed);
        std::atomic<int> inside{0};
        std::atomic<bool> crowded{false};
        std::atomic<int> served{0};
        weft::sim::run(seed, [&] {
            Turns turns(2, 100);
            weft::scope([&](weft::Scope& scope) {
                for (int i = 0; i < 20; ++i)
                    scope.go([&] {
                        const auto turn = turns.take();
                        if (++inside > 2) crowded = true;
                        weft::sleep(10ms);
                        --inside;
                        ++served;
                    });
            });
        });
        CHECK_FALSE(crowded);
        CHECK(served == 20);
    }
}

TEST_CASE("who comes when too many wait is turned away at once, and the waiting are served") {
    weft::sim::run(1, [] {
        Turns turns(1, 1);
        weft::scope([&](weft::Scope& scope) {
            scope.go([&] {
                const auto turn = turns.take();
                weft::sleep(100ms);
            });
            scope.go([&] {
                weft::sleep(10ms);
                CHECK(turns.take().has_value());  // waits 90 ms
            });
            scope.go([&] {
                weft::sleep(20ms);
                const auto before = weft::Clock::now();
                CHECK_FALSE(turns.take().has_value());
                CHECK(weft::Clock::now() == before);
            });
        });
        CHECK(turns.take().has_value());
    });
}

TEST_CASE("who gives up waiting has taken no turn, whatever the schedule") {
    for (std::uint64_t seed = 1; seed <= test::seeds(100); ++seed) {
        INFO("seed " << seed);
        weft::sim::run(seed, [] {
            Turns turns(1, 100);
            weft::scope([&](weft::Scope& scope) {
                for (int i = 0; i < 6; ++i)
                    scope.go([&, i] {
                        (void)weft::timeout(std::chrono::milliseconds(5 * i + 1), [&] {
                            const auto turn = turns.take();
                            weft::sleep(7ms);
                        });
                    });
            });
            CHECK(turns.take().has_value());
        });
    }
}

}  // namespace cohort::auth
