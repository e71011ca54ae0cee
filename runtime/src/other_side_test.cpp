// SPDX-License-Identifier: Apache-2.0
// Waits on channels that no Sender serves: the end of a compat context, ticks, nil.
#include <memory>
#include <optional>
#include <utility>

#include "weft/compat/chan.h"
#include "weft/compat/context.h"
#include "weft/compat/select.h"
#include "weft/event.h"
#include "weft/scope.h"
#include "weft/ticker.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/stuck.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;
using test::found_while;
using test::says;

namespace weft {

using compat::make_chan;

namespace {
struct Site {
    using Value = int;
};
}  // namespace

// --- nil -----------------------------------------------------------------------------------------

TEST_CASE("who waits on a nil channel is stuck") {
    test::where_things_hang([] {
        const auto receives = found_while([] { (void)compat::Chan<int>().recv(); });
        REQUIRE(receives.size() == 1);
        CHECK(receives[0].certainty == Certainty::likely);
        CHECK(says(receives, "waits to receive on channel \"nil channel\" ("));
        CHECK(says(receives, "there is no Sender"));
        const auto sends = found_while([] { compat::Chan<int>().send(1); });
        CHECK(says(sends, "there is no Receiver"));
        const auto never_ends =
            found_while([] { (void)compat::Context::background().done().recv(); });
        CHECK(says(never_ends, "there is no Sender"));
    });
}

TEST_CASE("a select over a nil channel and another is judged by the other") {
    test::where_things_hang([] {
        const auto found = found_while([] {
            const auto rows = make_chan<int>(0, "rows");
            const compat::Chan<int> nil;
            compat::select(compat::on(rows, [] {}), compat::on(nil, [] {}));
        });
        REQUIRE(found.size() == 1);
        CHECK(says(found, "waits for select"));
        CHECK(says(found, " in its own frame"));
        const auto rows = make_chan<int>(0, "rows");
        scope([&](Scope& s) {
            s.go("waits", [&] {
                const compat::Chan<int> nil;
                compat::select(compat::on(rows, [] {}), compat::on(nil, [] {}));
            });
            test::until_waits("waits", "select");
            CHECK(test::stuck_now().empty());
            rows.send(1);
        });
    });
}

TEST_CASE("who waits for ever and says so is not called stuck") {
    test::where_things_hang([] {
        scope([&](Scope& s) {
            s.go("idle", [] { compat::select(); });
            test::until_waits("idle", "receive");
            CHECK(test::stuck_now().empty());
            s.cancel();
        });
    });
}

// --- the end of a context ------------------------------------------------------------------------

TEST_CASE("who waits for the end of a context is stuck once no cancel function is left") {
    test::where_things_hang([] {
        const auto found = found_while([] {
            const auto context = compat::with_cancel(compat::Context::background()).first;
            (void)context.done().recv();
        });
        REQUIRE(found.size() == 1);
        CHECK(says(found, "waits to receive on channel \"context\" ("));
        CHECK(says(found, "there is no Cancel"));
        const auto kept = found_while([] {
            const auto [context, cancel] = compat::with_cancel(compat::Context::background());
            (void)context.done().recv();
        });
        CHECK(says(kept, "its only Cancel is in its own frame"));
    });
}

TEST_CASE("who waits for the end of a context is not stuck while one that lives can cancel it") {
    test::where_things_hang([] {
        Event go_on;
        auto [context, cancel] = compat::with_cancel(compat::Context::background());
        const auto [child, cancel_child] = compat::with_cancel(context);
        const auto valued = compat::with_value<Site>(child, 1);
        scope([&, &context = context, &cancel = cancel, &child = child](Scope& s) {
            s.go("cancels", [&go_on, mine = std::move(cancel)] {
                go_on.wait();
                mine();
            });
            s.go("waits", [&] { (void)context.done().recv(); });
            s.go("waits below", [&] { (void)child.done().recv(); });
            s.go("waits farther below", [&] { (void)valued.done().recv(); });
            test::until_waits("cancels", "event");
            test::until_waiting(3, "receive");
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE("only its parent's cancel function keeps alive who waits for the end of a child") {
    test::where_things_hang([] {
        Event go_on;
        auto [parent, cancel] = compat::with_cancel(compat::Context::background());
        auto child = compat::with_cancel(parent).first;
        scope([&, &cancel = cancel](Scope& s) {
            s.go("cancels", [&go_on, mine = std::move(cancel)] {
                go_on.wait();
                mine();
            });
            s.go("waits", [mine = std::move(child)] { (void)mine.done().recv(); });
            test::until_waits("waits", "receive");
            test::until_waits("cancels", "event");
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE(
    "a cancel function on the heap may be anybody's, and a deadline ends a context by itself") {
    test::where_things_hang([] {
        scope([&](Scope& s) {
            const auto ends = compat::with_cancel(compat::Context::background());
            const auto elsewhere = std::make_unique<compat::Cancel>(ends.second);
            s.go("waits", [context = ends.first] { (void)context.done().recv(); });
            auto timed = compat::with_timeout(ends.first, 1h).first;
            s.go("waits in time", [mine = std::move(timed)] { (void)mine.done().recv(); });
            test::until_waiting(2, "receive");
            CHECK(test::stuck_now().empty());
            (*elsewhere)();
        });
    });
}

// --- ticks ---------------------------------------------------------------------------------------

TEST_CASE(
    "who waits for a timer that is off, and that only those could start that wait, is stuck") {
    test::where_things_hang([] {
        const auto timer = found_while([] {
            Timer reminder(1h);
            (void)reminder.stop();
            (void)reminder.expired().recv();
        });
        REQUIRE(timer.size() == 1);
        CHECK(says(timer, "waits to receive on channel \"timer\" ("));
        CHECK(says(timer, "its only Timer is in its own frame"));
        const auto ticker = found_while([] {
            Ticker every_hour(1h);
            Ticker moved = std::move(every_hour);
            moved.stop();
            scope([&](Scope& s) { s.go("refresh", [&moved] { (void)moved.ticks().recv(); }); });
        });
        CHECK(says(ticker, "its only Ticker is in the frame of goroutine"));
        CHECK(says(ticker, "\"nurse\", which waits to join"));
    });
}

TEST_CASE("who waits for a timer is not stuck while it runs, or one that lives could start it") {
    test::where_things_hang([] {
        Timer later(1h);
        Timer off(1h);
        (void)off.stop();
        scope([&](Scope& s) {
            s.go("waits", [&] { (void)later.expired().recv(); });
            s.go("waits for it to be started", [&] { (void)off.expired().recv(); });
            test::until_waiting(2, "receive");
            CHECK(test::stuck_now().empty());
            (void)later.reset(0ns);
            (void)off.reset(0ns);
        });
    });
}

TEST_CASE("who waits for a timer that has told its moment is stuck, and not before") {
    Options options = test::without_reports();
    options.workers = 2;
    CHECK(run(options, [] {
              const auto found = found_while([] {
                  Timer reminder(1h);
                  (void)reminder.stop();
                  (void)reminder.reset(1ms);
                  CHECK(reminder.expired().recv());
                  (void)reminder.expired().recv();
              });
              CHECK(says(found, "its only Timer is in its own frame"));
          }) == 0);
}

}  // namespace weft
