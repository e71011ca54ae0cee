// SPDX-License-Identifier: Apache-2.0
// What Go documents of errgroup, semaphore, singleflight and time, a rule a test;
// runtime/docs/go_rules.md says which test, here or in the primitive's own file, holds which rule.
#include <atomic>
#include <chrono>
#include <optional>
#include <vector>

#include "weft/context.h"
#include "weft/err_group.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/single_flight.h"
#include "weft/ticker.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

const Error full{ErrorKind::refused, "full", ""};

using test::yield_until;

}  // namespace

TEST_CASE("errgroup: Wait waits for all, also for those that had not ended when one failed") {
    test::everywhere([] {
        std::atomic<int> ended = 0;
        struct AtEnd {
            ~AtEnd() {
                for (int i = 0; i < 10; ++i) yield();
                ++ended;
            }
            std::atomic<int>& ended;
        };
        ErrGroup group;
        for (int i = 0; i < 5; ++i)
            group.go([&] {
                const AtEnd counted{ended};
                Event().wait();  // until the failure cancels it
            });
        group.go([]() -> Result<void> { return full; });
        const auto result = group.wait();
        CHECK(result.error().code == "full");
        CHECK(ended == 5);
    });
}

TEST_CASE(
    "errgroup: the group's context ends with the group, not with Wait: it may be used again") {
    test::everywhere([] {
        std::optional<Context> inside;
        {
            ErrGroup group;
            group.go([&] { inside = Context::current(); });
            CHECK(group.wait());
            CHECK_FALSE(inside->cancelled());
            bool again = false;
            group.go([&] { again = true; });
            CHECK(group.wait());
            CHECK(again);
        }
        CHECK(inside->cancelled());
        CHECK_FALSE(cancelled());  // the one it was made in goes on
    });
}

TEST_CASE("errgroup: who returns no error cancels nobody") {
    test::everywhere([] {
        ErrGroup group;
        Event go_on;
        bool was_cancelled = true;
        group.go([]() -> Result<void> { return {}; });
        group.go([&] {
            go_on.wait();
            was_cancelled = cancelled();
        });
        yield();
        go_on.set();
        CHECK(group.wait());
        CHECK_FALSE(was_cancelled);
    });
}

TEST_CASE("errgroup: TryGo starts what fits and says so") {
    test::everywhere([] {
        ErrGroup group(nullptr, 1);
        Event end;
        bool second_ran = false;
        CHECK(group.try_go([&] { end.wait(); }));
        CHECK_FALSE(group.try_go([&] { second_ran = true; }));
        end.set();
        CHECK(group.wait());
        CHECK_FALSE(second_ran);
    });
}

TEST_CASE("semaphore: Acquire whose context is done leaves the semaphore as it was") {
    test::everywhere([] {
        Semaphore permits(2);
        auto held = permits.acquire(2);
        const auto ended = timeout(1ms, [&] { (void)permits.acquire(1); });
        CHECK_FALSE(ended);
        held.release();
        CHECK(permits.available() == 2);
        CHECK(permits.try_acquire(2));
    });
}

TEST_CASE("semaphore: Acquire whose context is done already may still have what is free") {
    test::everywhere([] {
        Semaphore permits(1);
        bool had = false;
        (void)cancellable([&](CancelHandle& handle) {
            handle.cancel();
            had = permits.acquire().count() == 1;
        });
        CHECK(had);
        CHECK(permits.available() == 1);
    });
}

TEST_CASE("semaphore: TryAcquire takes all or nothing, and does not overtake who waits") {
    test::everywhere([] {
        Semaphore permits(3);
        auto held = permits.acquire(2);
        CHECK_FALSE(permits.try_acquire(2));
        CHECK(permits.available() == 1);
        scope([&](Scope& s) {
            std::atomic<bool> asks = false;
            s.go([&] {
                asks = true;
                const auto all = permits.acquire(3);
                CHECK(all.count() == 3);
            });
            // Until it waits one is free, and afterwards it is not to be had.
            yield_until([&] { return asks && !permits.try_acquire(1); });
            held.release();
        });
        CHECK(permits.available() == 3);
    });
}

TEST_CASE("singleflight: shared says whether the result went to several callers") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        CHECK_FALSE(flights.call(1, [] { return 7; }).shared);
        scope([&](Scope& s) {
            Event begun;
            Event end;
            auto first = s.go([&] {
                return flights.call(1, [&] {
                    begun.set();
                    end.wait();
                    return 7;
                });
            });
            begun.wait();
            std::atomic<bool> asks = false;
            auto second = s.go([&] {
                asks = true;
                return flights.call(1, [] { return 8; });
            });
            yield_until([&] { return asks.load(); });
            end.set();
            const auto one = first.join();
            const auto two = second.join();
            CHECK(one.value == 7);
            // The second either came in time, and both are told, or did its own work.
            CHECK(one.shared == two.shared);
            CHECK(two.value == (two.shared ? 7 : 8));
        });
    });
}

TEST_CASE("singleflight: nothing is kept: a call after the end does the work again") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        int made = 0;
        for (int i = 1; i <= 3; ++i) CHECK(flights.call(1, [&] { return ++made; }).value == i);
    });
}

TEST_CASE("time: a Timer's value is its moment, not before the delay, and comes once") {
    test::everywhere([] {
        const auto begin = Clock::now();
        Timer timer(1ms);
        const auto expired = timer.expired().recv();
        REQUIRE(expired);
        CHECK(*expired >= begin + 1ms);
        CHECK(Clock::now() >= *expired);
        CHECK(timer.expired().try_recv().empty());
        CHECK_FALSE(timer.stop());
    });
}

TEST_CASE(
    "time: Stop answers true for a timer that runs or whose value nobody has, and then none "
    "comes") {
    test::everywhere([] {
        Timer running(1h);
        CHECK(running.stop());
        CHECK_FALSE(running.stop());
        Timer due(0ms);
        Timer later(1ms);
        (void)later.expired().recv();
        CHECK(due.stop());  // due long ago, but its value was not received
        CHECK(due.expired().try_recv().empty());
    });
}

TEST_CASE("time: Reset starts a stopped or expired timer anew, and says whether it was running") {
    test::everywhere([] {
        Timer timer(1h);
        CHECK(timer.reset(1h));
        CHECK(timer.stop());
        CHECK_FALSE(timer.reset(0ms));
        CHECK(timer.expired().recv());
        CHECK_FALSE(timer.reset(0ms));
        CHECK(timer.expired().recv());
    });
}

TEST_CASE(
    "time: Stop does not close the channel, and a timer's or ticker's channel shows no buffer") {
    test::everywhere([] {
        Timer timer(1h);
        Ticker ticker(1h);
        CHECK(timer.expired().size() == 0);
        CHECK(ticker.ticks().size() == 0);
        timer.stop();
        ticker.stop();
        CHECK_FALSE(timer.expired().try_recv().closed());
        CHECK_FALSE(ticker.ticks().try_recv().closed());
    });
}

TEST_CASE(
    "time: Sleep of nothing or less returns at once, and a delay of nothing or less is due at "
    "once") {
    test::everywhere([] {
        sleep(0ms);
        sleep(-1h);
        Timer timer(-1h);
        CHECK(timer.expired().recv());
    });
}

TEST_CASE("time: a Ticker stopped ticks no more, reset goes on with the new period") {
    test::everywhere([] {
        Ticker ticker(1ms);
        CHECK(ticker.ticks().recv());
        ticker.stop();
        CHECK(ticker.ticks().try_recv().empty());
        const auto begin = Clock::now();
        ticker.reset(2ms);
        const auto tick = ticker.ticks().recv();
        REQUIRE(tick);
        CHECK(*tick >= begin + 2ms);
    });
}

TEST_CASE("time: a Ticker reset to no period is reported") {
    const auto end = test::in_child([] {
        return run([] {
            Ticker ticker(1ms);
            ticker.reset(0ms);
        });
    });
    CHECK(end.died());
}

}  // namespace weft
