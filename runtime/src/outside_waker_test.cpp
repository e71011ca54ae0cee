// SPDX-License-Identifier: Apache-2.0
#include "weft/outside_waker.h"

#include <string>
#include <thread>
#include <vector>

#include "weft/event.h"
#include "weft/promise.h"
#include "weft/run.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {

TEST_CASE("who waits for a foreign thread is no deadlock while it was said, and one afterwards") {
    Options options;
    options.workers = 2;
    std::string said;
    Event reported;
    options.on_deadlock = [&](const std::string& report) {
        said = report;
        reported.set();
    };
    auto expected = promise<int>("expected");
    auto forgotten = promise<int>("forgotten");
    std::thread other([&] {
        // Once it is seen waiting, everybody falls asleep.
        while (dump().find("\"expected\"") == std::string::npos) std::this_thread::yield();
        (void)dump();  // takes long enough for that
        expected.first.set(1);
        reported.wait();  // never, if the first wait was reported: that is done only once
        forgotten.first.set(2);
    });
    CHECK(run(options, [&] {
              {
                  const OutsideWaker waker;
                  CHECK(*expected.second.get() == 1);
              }
              CHECK(*forgotten.second.get() == 2);
          }) == 0);
    other.join();
    CHECK(said.find("LIKELY deadlock") != std::string::npos);
    CHECK(said.find("\"forgotten\"") != std::string::npos);
}

TEST_CASE("once the last thread that could wake somebody has ended, the deadlock is proven" *
          doctest::skip(test::emulated())) {
    Options options;
    options.workers = 2;
    std::vector<std::string> said;
    Event reported;
    options.on_deadlock = [&](const std::string& report) {
        said.push_back(report);
        reported.set();
    };
    std::thread other([&] { reported.wait(); });
    CHECK(run(options, [] { Event().wait(); }) == 2);
    other.join();
    REQUIRE(said.size() == 2);
    CHECK(said[0].find("LIKELY deadlock") != std::string::npos);
    CHECK(said[1].find("PROVEN deadlock") != std::string::npos);
}

TEST_CASE("in the simulator, where nobody is outside, it hides no deadlock") {
    Options options;
    std::string said;
    options.on_deadlock = [&](const std::string& report) { said = report; };
    CHECK(sim::run(1, options, [] {
              const OutsideWaker waker;
              Event().wait();
          }) == 2);
    CHECK(said.find("PROVEN deadlock") != std::string::npos);
}

}  // namespace weft
