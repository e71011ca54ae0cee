// SPDX-License-Identifier: Apache-2.0
// Go's rules for package context, on compat's explicit contexts.
#include <atomic>
#include <string>
#include <vector>

#include "weft/compat/context.h"
#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft::compat {
namespace {

bool has_ended(const Context& context) {
    return select(on(context.done(), [] {}), otherwise([] {})) == 0;
}

std::string code(const Context& context) {
    const auto error = context.err();
    return error ? error->code : "";
}

struct RequestId {
    using Value = std::string;
};
struct Site {
    using Value = int;
};

}  // namespace

TEST_CASE("compat: the background never ends, and has neither deadline nor value") {
    test::everywhere([] {
        const Context root = Context::background();
        CHECK(root.done().is_nil());
        CHECK_FALSE(has_ended(root));
        CHECK_FALSE(root.err());
        CHECK_FALSE(root.deadline());
        CHECK(root.value<RequestId>() == nullptr);
        CHECK(with_value<Site>(root, 3).done().is_nil());
    });
}

TEST_CASE("compat: when cancel returns, done is closed and err says cancelled; again is nothing") {
    test::everywhere([] {
        const auto [context, cancel] = with_cancel(Context::background());
        CHECK_FALSE(has_ended(context));
        CHECK_FALSE(context.err());
        cancel();
        CHECK(has_ended(context));
        CHECK(code(context) == "cancelled");
        cancel();
        CHECK(code(context) == "cancelled");
    });
}

TEST_CASE("compat: a cancel reaches all below at once and nothing above") {
    test::everywhere([] {
        const auto [top, cancel_top] = with_cancel(Context::background());
        const auto [middle, cancel_middle] = with_cancel(top);
        const auto [timed, cancel_timed] = with_timeout(middle, 1h);
        const Context valued = with_value<Site>(timed, 7);
        const auto [sibling, cancel_sibling] = with_cancel(top);
        cancel_middle();
        for (const Context& below : {middle, timed, valued}) {
            CHECK(has_ended(below));
            CHECK(code(below) == "cancelled");
        }
        CHECK_FALSE(has_ended(top));
        CHECK_FALSE(has_ended(sibling));
        cancel_top();
        CHECK(has_ended(sibling));
    });
}

TEST_CASE("compat: a child of an ended context has ended from the start") {
    test::everywhere([] {
        const auto [parent, cancel] = with_cancel(Context::background());
        cancel();
        const auto [child, cancel_child] = with_timeout(parent, 1h);
        CHECK(has_ended(child));
        CHECK(code(child) == "cancelled");
        CHECK(has_ended(with_value<Site>(parent, 1)));
    });
}

TEST_CASE("compat: a deadline ends the context at its time, and the earlier one counts") {
    test::everywhere([] {
        const TimePoint begin = Clock::now();
        const auto [outer, cancel_outer] = with_deadline(Context::background(), begin + 2ms);
        const auto [inner, cancel_inner] = with_timeout(outer, 1h);
        CHECK(inner.deadline() == begin + 2ms);
        inner.done().recv();
        CHECK(Clock::now() - begin >= 2ms);
        CHECK(code(inner) == "deadline");
        CHECK(code(outer) == "deadline");
        const auto [past, cancel_past] = with_deadline(Context::background(), begin);
        CHECK(has_ended(past));
        CHECK(code(past) == "deadline");
    });
}

TEST_CASE("compat: what ended a context first stays the reason") {
    test::everywhere([] {
        const auto [late, cancel_late] = with_timeout(Context::background(), 1ms);
        late.done().recv();
        cancel_late();
        CHECK(code(late) == "deadline");
        const TimePoint when = Clock::now() + 1h;
        const auto [early, cancel_early] = with_deadline(Context::background(), when);
        cancel_early();
        if (sim::current_seed() != 0) weft::sleep_until(when + 1ms);
        CHECK(code(early) == "cancelled");
    });
}

TEST_CASE("compat: a cause given to cancel is what err answers, below too") {
    test::everywhere([] {
        const auto [context, cancel] = with_cancel(Context::background());
        const auto [child, cancel_child] = with_cancel(context);
        cancel(Error{ErrorKind::refused, "study-closed", "the study was closed"});
        CHECK(code(context) == "study-closed");
        CHECK(code(child) == "study-closed");
    });
}

TEST_CASE("compat: values are found innermost first, and without_cancel keeps only them") {
    test::everywhere([] {
        const auto [base, cancel] = with_cancel(Context::background());
        const Context outer = with_value<RequestId>(with_value<Site>(base, 1), "r-1");
        const Context inner = with_value<Site>(outer, 2);
        CHECK(*inner.value<Site>() == 2);
        CHECK(*outer.value<Site>() == 1);
        CHECK(*inner.value<RequestId>() == "r-1");
        CHECK(base.value<Site>() == nullptr);
        const Context free = without_cancel(inner);
        cancel();
        CHECK(has_ended(inner));
        CHECK_FALSE(has_ended(free));
        CHECK_FALSE(free.err());
        CHECK_FALSE(free.deadline());
        CHECK(*free.value<Site>() == 2);
        const auto [again, cancel_again] = with_cancel(free);
        cancel_again();
        CHECK(has_ended(again));
    });
}

TEST_CASE("compat: everybody who waits on done goes on, and sees what was done before the cancel") {
    test::everywhere([] {
        const auto ends = with_cancel(Context::background());
        const Context context = ends.first;
        int plain = 0;
        std::atomic<int> woken{0};
        WaitGroup group;
        for (int i = 0; i < 5; ++i)
            group.go("waiter", [&plain, &woken, context] {
                context.done().recv();
                woken += plain;
            });
        weft::yield();
        plain = 1;
        ends.second();
        group.wait();
        CHECK(woken == 5);
    });
}

TEST_CASE("compat: an ended context interrupts nothing that does not look at it") {
    test::everywhere([] {
        const auto [context, cancel] = with_cancel(Context::background());
        const auto channel = make_chan<int>();
        WaitGroup group;
        group.go("worker", [channel, context = context] { CHECK(channel.recv() == 1); });
        test::until_waits("worker", "receive");
        cancel();
        weft::yield();
        test::until_waits("worker", "receive");
        channel.send(1);
        group.wait();
    });
}

TEST_CASE("compat: native().run() does interrupt what waits inside") {
    test::everywhere([] {
        const auto [context, cancel] = with_timeout(Context::background(), 1ms);
        bool interrupted = false;
        try {
            context.native().run([] { weft::sleep(1h); });
        } catch (const Cancelled&) {
            interrupted = true;
        }
        CHECK(interrupted);
    });
}

TEST_CASE("compat: a cancel that races a send leaves the value with one of the two") {
    test::everywhere([] {
        for (int round = 0; round < 30; ++round) {
            const auto ends = with_cancel(Context::background());
            const auto channel = make_chan<int>();
            std::atomic<int> sent{0};
            std::atomic<int> received{0};
            WaitGroup group;
            group.go("sender", [&sent, channel, context = ends.first] {
                select(on_send(channel, 1, [&] { ++sent; }), on(context.done(), [] {}));
            });
            group.go("receiver", [&received, channel, context = ends.first] {
                select(on(channel, [&](int v) { received += v; }), on(context.done(), [] {}));
            });
            group.go("canceller", [cancel = ends.second] { cancel(); });
            group.wait();
            CHECK(sent == received);
        }
    });
}

TEST_CASE("compat: contexts made, cancelled and dropped by many at once leave nothing behind") {
    test::everywhere([] {
        const auto ends = with_cancel(Context::background());
        WaitGroup group;
        for (int i = 0; i < 8; ++i)
            group.go("user", [i, parent = ends.first] {
                for (int k = 0; k < 20; ++k) {
                    auto [child, cancel] = with_timeout(parent, 1h);
                    const Context copy = child;
                    weft::yield();
                    if (i % 2 == 0) cancel();
                    CHECK((i % 2 != 0 || has_ended(copy)));
                }
            });
        weft::yield();
        ends.second();
        group.wait();
        CHECK(has_ended(ends.first));
    });
}

TEST_CASE("compat: a cancel function that outlives its context does nothing") {
    test::everywhere([] {
        std::vector<Cancel> cancels;
        {
            auto [context, cancel] = with_cancel(Context::background());
            cancels.push_back(cancel);
        }
        cancels[0]();
    });
}

}  // namespace weft::compat
