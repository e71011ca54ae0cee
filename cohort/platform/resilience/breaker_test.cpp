// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/breaker.h"

#include "weft/context.h"
#include "weft/sim.h"

#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

namespace {

// A caller of something that works, fails, or fails now and then.
struct Caller {
    Breaker breaker{3};
    int calls = 0;
    int successes = 0;

    // Asks a hundred times a second; `fails(i)` is what happens to the i-th call.
    template <class Fails>
    void ask_for(std::chrono::milliseconds time, Fails fails) {
        calls = successes = 0;
        for (auto i = 0; i < time / 10ms; ++i, weft::sleep(10ms)) {
            if (!breaker.allow()) continue;
            ++calls;
            if (fails(calls)) {
                breaker.failed();
            } else {
                ++successes;
                breaker.succeeded();
            }
        }
    }
};

void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(11, body) == 0);
}

bool always(int) {
    return true;
}
bool never(int) {
    return false;
}

}  // namespace

TEST_CASE("what fails for a minute is spared, and used as before within ten seconds of its end") {
    in_simulator([] {
        Caller caller;
        caller.ask_for(10s, never);
        CHECK(caller.calls == 1000);
        caller.ask_for(60s, always);
        CHECK(caller.calls < 1200);  // most of them in the seconds until it was noticed
        caller.ask_for(10s, always);
        CHECK(caller.calls <= 60);
        CHECK(caller.calls >= 35);  // it is tried four times a second
        caller.ask_for(10s, never);
        CHECK(caller.successes >= 850);  // all but the first second and a quarter
        caller.ask_for(1s, never);
        CHECK(caller.successes == 100);
    });
}

TEST_CASE("nothing is held back while less than a third fails, nor of the first few calls") {
    in_simulator([] {
        Caller caller;
        caller.ask_for(30s, [](int call) { return call % 4 == 0; });
        CHECK(caller.breaker.held_back() == 0);
        Caller fresh;
        fresh.ask_for(50ms, always);
        CHECK(fresh.calls == 5);
        CHECK(fresh.breaker.held_back() == 0);
    });
}

TEST_CASE("where most fails hardly anything is tried, and what works of it still comes through") {
    in_simulator([] {
        Caller caller;
        caller.ask_for(60s, [](int call) { return call % 5 != 0; });
        CHECK(caller.breaker.held_back() > 4000);
        CHECK(caller.successes >= 40);
    });
}

TEST_CASE("failures of long ago hold nothing back") {
    in_simulator([] {
        Caller caller;
        caller.ask_for(5s, always);
        weft::sleep(11s);
        CHECK(caller.breaker.allow());
        const auto before = caller.breaker.held_back();
        caller.ask_for(5s, never);
        CHECK(caller.calls == 500);
        CHECK(caller.breaker.held_back() == before);
    });
}

}  // namespace cohort::resilience
