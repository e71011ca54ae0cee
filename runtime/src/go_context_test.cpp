// SPDX-License-Identifier: Apache-2.0
// What Go documents of context and time and no other test holds; runtime/docs/go_rules.md names the
// test of each rule.
#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "weft/after_func.h"
#include "weft/compat/context.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/ticker.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

struct Site {
    using Value = int;
};

std::string code(const compat::Context& context) {
    const auto error = context.err();
    return error ? error->code : "";
}

}  // namespace

TEST_CASE("context: done, deadline and err answer the same at every call") {
    test::everywhere([] {
        const auto [context, cancel] = compat::with_timeout(compat::Context::background(), 1h);
        const auto done = context.done();
        CHECK(done == context.done());
        CHECK(context.deadline() == context.deadline());
        CHECK_FALSE(context.err());
        cancel();
        CHECK(done == context.done());
        CHECK(code(context) == "cancelled");
        CHECK(code(context) == "cancelled");
        CHECK_FALSE(done.recv_ok().ok);
        CHECK_FALSE(done.recv_ok().ok);
    });
}

TEST_CASE("context: when several cancel at once all see one cause, that of the first") {
    test::everywhere([] {
        const auto ends = compat::with_cancel(compat::Context::background());
        const auto child = compat::with_cancel(ends.first);
        compat::WaitGroup group;
        for (const char* why : {"closed", "locked", "full"})
            group.go("canceller",
                     [why, cancel = ends.second] { cancel(Error{ErrorKind::refused, why, ""}); });
        ends.first.done().recv();
        const std::string first = code(ends.first);
        group.wait();
        CHECK_FALSE(first.empty());
        CHECK(first != "cancelled");
        CHECK(code(ends.first) == first);
        CHECK(code(child.first) == first);
    });
}

TEST_CASE("context: what ended a child before its parent stays the child's cause") {
    test::everywhere([] {
        const auto [parent, cancel_parent] = compat::with_cancel(compat::Context::background());
        const auto [child, cancel_child] = compat::with_cancel(parent);
        cancel_child(Error{ErrorKind::refused, "site-closed", ""});
        cancel_parent(Error{ErrorKind::refused, "study-closed", ""});
        CHECK(code(child) == "site-closed");
        CHECK(code(parent) == "study-closed");
    });
}

TEST_CASE("context: cancel does not wait for the work to stop") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        Event stopping;
        Event may_stop;
        std::atomic<bool> stopped = false;
        scope([&, &context = context](Scope& s) {
            s.go("work", [&] {
                (void)context.try_run([] { sleep(1h); });
                stopping.set();
                may_stop.wait();
                stopped = true;
            });
            test::until_waits("work", "sleep");
            cancel.cancel();
            CHECK_FALSE(stopped);
            stopping.wait();
            CHECK_FALSE(stopped);
            may_stop.set();
        });
    });
}

TEST_CASE("context: a child with a value ends as its parent does, and is otherwise the parent") {
    test::everywhere([] {
        const auto [parent, cancel] = compat::with_timeout(compat::Context::background(), 1h);
        const auto child = compat::with_value<Site>(parent, 7);
        CHECK(child.deadline() == parent.deadline());
        CHECK_FALSE(child.err());
        cancel();
        CHECK(code(child) == "cancelled");
        CHECK(*child.value<Site>() == 7);
        CHECK(compat::without_cancel(child).done().is_nil());
        CHECK_FALSE(compat::without_cancel(child).deadline());
    });
}

TEST_CASE("context: a timeout of nothing or less has ended from the start") {
    test::everywhere([] {
        const auto [zero, cancel_zero] = compat::with_timeout(compat::Context::background(), 0ms);
        const auto [past, cancel_past] = compat::with_timeout(compat::Context::background(), -1h);
        CHECK(code(zero) == "deadline");
        CHECK(code(past) == "deadline");
        CHECK_FALSE(past.done().recv_ok().ok);
    });
}

TEST_CASE("context: what several asked for after one context's end happens independently") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        Event first_ran;
        Event third_ran;
        std::atomic<int> second = 0;
        const auto first = after_func(context, [&] {
            first_ran.set();
            third_ran.wait();  // each has a goroutine of its own
        });
        auto called_off = after_func(context, [&] { ++second; });
        const auto third = after_func(context, [&] {
            first_ran.wait();
            third_ran.set();
        });
        CHECK(called_off.stop());
        cancel.cancel();
        third_ran.wait();
        CHECK(second == 0);
    });
}

TEST_CASE("context: stop of what is to happen at the end does not wait for it") {
    test::everywhere([] {
        const auto [context, cancel] = Context::background().with_cancel();
        Event begun;
        Event end;
        {
            auto hook = after_func(context, [&] {
                begun.set();
                end.wait();
            });
            cancel.cancel();
            begun.wait();
            CHECK_FALSE(hook.stop());
            end.set();
        }
    });
}

TEST_CASE("time: Sleep and After last at least as long as they were told") {
    test::everywhere([] {
        const auto begin = Clock::now();
        sleep(2ms);
        CHECK(Clock::now() >= begin + 2ms);
        sleep_until(begin + 4ms);
        CHECK(Clock::now() >= begin + 4ms);
    });
}

TEST_CASE("time: after Stop who receives waits, until Reset lets a value come") {
    test::everywhere([] {
        Timer timer(0ms);
        timer.stop();
        CHECK_FALSE(timeout(test::for_a_while(), [&] { (void)timer.expired().recv(); }));
        scope([&](Scope& s) {
            auto waits = s.go([&] { return timer.expired().recv().has_value(); });
            test::until_waiting(1, "receive");
            CHECK_FALSE(timer.reset(1ms));
            CHECK(waits.join());
        });
    });
}

TEST_CASE("time: Reset of a timer that somebody waits for moves the moment he is told") {
    test::everywhere([] {
        Timer timer(1h);
        const auto begin = Clock::now();
        scope([&](Scope& s) {
            auto told = s.go([&] { return timer.expired().recv(); });
            test::until_waiting(1, "receive");
            CHECK(timer.reset(2ms));
            const auto when = told.join();
            REQUIRE(when);
            CHECK(*when >= begin + 2ms);
            CHECK(*when < begin + 1h);
        });
    });
}

TEST_CASE("time: the moment that has come waits in the timer's channel, one at most") {
    test::everywhere([] {
        Ticker ticker(1ms);
        CHECK(ticker.ticks().capacity() == 1);
        CHECK(ticker.ticks().size() == 0);
        sleep(5ms);
        CHECK(ticker.ticks().size() <= 1);
        CHECK(ticker.ticks().recv());
    });
}

TEST_CASE("time: what shall happen after a while is a goroutine that sleeps first") {
    test::everywhere([] {
        const auto begin = Clock::now();
        TimePoint ran{};
        scope([&](Scope& s) {
            s.go("remind", [&] {
                sleep(1ms);
                ran = Clock::now();
            });
        });
        CHECK(ran >= begin + 1ms);
        Event happened;
        const auto later =
            after_func(Context::background().with_timeout(1ms), [&] { happened.set(); });
        happened.wait();
        CHECK(Clock::now() >= begin + 2ms);
    });
}

}  // namespace weft
