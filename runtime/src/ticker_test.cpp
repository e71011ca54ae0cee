// SPDX-License-Identifier: Apache-2.0
#include "weft/ticker.h"

#include <atomic>
#include <csignal>
#include <thread>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// Elsewhere everything may be late, and a test can say only what comes no earlier.
bool in_virtual_time() {
    return sim::current_seed() != 0;
}

}  // namespace

TEST_CASE("ticks come one period apart") {
    test::everywhere([] {
        const auto begin = Clock::now();
        Ticker ticker(1ms);
        for (int i = 1; i <= 5; ++i) {
            const auto tick = ticker.ticks().recv();
            REQUIRE(tick);
            CHECK(*tick >= begin + i * 1ms);
            if (in_virtual_time()) CHECK(*tick == begin + i * 1ms);
        }
    });
}

TEST_CASE("a slow receiver gets fewer ticks, not a burst, and the beat is kept") {
    test::everywhere([] {
        const auto begin = Clock::now();
        Ticker ticker(2ms);
        sleep(11ms);
        const auto late = ticker.ticks().recv();
        CHECK(*late >= begin + 2ms);
        const auto next = ticker.ticks().recv();
        CHECK(*next >= begin + 11ms);
        if (!in_virtual_time()) return;
        CHECK(*late == begin + 2ms);
        CHECK(*next == begin + 12ms);
    });
}

TEST_CASE("after stop no tick is received, also one that was due and not yet received") {
    test::everywhere([] {
        Ticker ticker(1ms);
        test::yield_until([&] { return ticker.ticks().size() == 1 || in_virtual_time(); });
        if (in_virtual_time()) sleep(1500us);
        CHECK(ticker.ticks().size() == 1);
        ticker.stop();
        CHECK(ticker.ticks().try_recv().empty());
        CHECK_FALSE(timeout(test::for_a_while(), [&] { (void)ticker.ticks().recv(); }));
    });
}

TEST_CASE("after reset the first tick is one new period away") {
    test::everywhere([] {
        Ticker ticker(2ms);
        sleep(3ms);
        const auto at = Clock::now();
        ticker.reset(5ms);
        const auto tick = ticker.ticks().recv();
        CHECK(*tick >= at + 5ms);
        const auto next = ticker.ticks().recv();
        CHECK(*next >= at + 10ms);
        if (!in_virtual_time()) return;
        CHECK(*tick == at + 5ms);
        CHECK(*next == at + 10ms);
    });
}

TEST_CASE("a timer tells its moment once; stop and reset say whether one was still to come") {
    test::for_each_seed(10, [] {
        const auto begin = Clock::now();
        Timer timer(10ms);
        CHECK(timer.stop());
        CHECK_FALSE(timer.stop());
        sleep(20ms);
        CHECK(timer.expired().try_recv().empty());
        CHECK_FALSE(timer.reset(10ms));
        CHECK(timer.reset(30ms));
        const auto expired = timer.expired().recv();
        CHECK(*expired == begin + 50ms);
        CHECK_FALSE(timer.stop());
        CHECK_FALSE(timer.reset(5ms));
        sleep(6ms);
        CHECK(timer.stop());
        CHECK(timer.expired().try_recv().empty());
    });
}

TEST_CASE("timers and tickers work in select beside channels") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        Ticker ticker(1ms);
        Timer limit(20ms);
        int ticks = 0;
        bool over = false;
        while (!over)
            select(on(rx, [](int) {}), on(ticker.ticks(), [&](TimePoint) { ++ticks; }),
                   on(limit.expired(), [&](TimePoint) { over = true; }));
        CHECK(ticks > 0);
        if (in_virtual_time()) CHECK(ticks <= 20);
    });
}

TEST_CASE("stop, reset and ticks that race leave no tick of the time before") {
    test::everywhere([] {
        Ticker ticker(20us);
        std::atomic<bool> done{false};
        scope([&](Scope& s) {
            s.go([&] {
                for (int i = 0; i < 200; ++i) {
                    ticker.stop();
                    CHECK(ticker.ticks().try_recv().empty());
                    yield();
                    CHECK(ticker.ticks().try_recv().empty());
                    ticker.reset(std::chrono::microseconds(5 + i % 30));
                    yield();
                }
                ticker.stop();
                done = true;
            });
            for (int i = 0; i < 2000 && !done; ++i) yield();
        });
    });
}

TEST_CASE("two sides may stop and reset one ticker at the same time") {
    test::everywhere([] {
        Ticker ticker(50us);
        scope([&](Scope& s) {
            for (int k = 0; k < 2; ++k)
                s.go([&, k] {
                    for (int i = 0; i < 100; ++i) {
                        if ((i + k) % 3 == 0)
                            ticker.stop();
                        else
                            ticker.reset(20us);
                        yield();
                    }
                });
        });
        ticker.reset(1ms);
        CHECK(ticker.ticks().recv());
    });
}

TEST_CASE("a ticker that goes closes the channel for clones of its receiver") {
    test::everywhere([] {
        auto ticker = std::make_unique<Ticker>(1h);
        auto mine = ticker->ticks().clone();
        scope([&](Scope& s) {
            s.go([&] {
                const auto tick = mine.recv();
                CHECK_FALSE(tick);
            });
            yield();
            ticker.reset();
        });
    });
}

TEST_CASE("a plain thread can wait for ticks") {
    CHECK(run([] {
              Ticker ticker(1ms);
              Timer timer(2ms);
              auto rx = ticker.ticks().clone();
              auto [tx, done] = channel<int>(1);
              std::thread other([&] {
                  int n = 0;
                  while (n < 3 && rx.recv()) ++n;
                  CHECK(tx.send(n));
              });
              CHECK(*done.recv() == 3);
              CHECK(timer.expired().recv());
              other.join();
          }) == 0);
}

TEST_CASE("a ticker without a positive period is reported") {
    const auto end = test::in_child([] { return run([] { Ticker ticker(0ms); }); });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a Ticker needs a period that is positive"));
    CHECK(end.said("ticker_test.cpp"));
}

}  // namespace weft
