// SPDX-License-Identifier: Apache-2.0
// Go's rules for select on compat channels (language specification, "Select statements").
#include <array>
#include <atomic>
#include <memory>
#include <string>

#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft::compat {
namespace {

void must_not_run() {
    FAIL_CHECK("a case ran that was not chosen");
}

}  // namespace

TEST_CASE("compat: select takes a case that can proceed; default only when none can") {
    test::everywhere([] {
        const auto a = make_chan<int>(1);
        const auto b = make_chan<int>(1);
        CHECK(select(on(a, must_not_run), on(b, must_not_run), otherwise([] {})) == 2);
        b.send(5);
        int got = 0;
        CHECK(select(on(a, must_not_run), on(b, [&](int v) { got = v; }),
                     otherwise(must_not_run)) == 1);
        CHECK(got == 5);
        CHECK(select(on_send(a, 6, [] {}), otherwise(must_not_run)) == 0);
        CHECK(select(on_send(a, 7, must_not_run), otherwise([] {})) == 1);
        CHECK(a.recv() == 6);
    });
}

TEST_CASE("compat: a closed channel is always ready to receive, and says so by ok") {
    test::everywhere([] {
        const auto channel = make_chan<std::string>(1);
        channel.send("last");
        channel.close();
        std::string text;
        bool more = false;
        const auto take = [&](std::string v, bool ok) {
            text = std::move(v);
            more = ok;
        };
        select(on(channel, take));
        CHECK(text == "last");
        CHECK(more);
        for (int i = 0; i < 3; ++i) {
            CHECK(select(on(channel, take), otherwise(must_not_run)) == 0);
            CHECK(text.empty());
            CHECK_FALSE(more);
        }
        int runs = 0;
        select(on(channel, [&] { ++runs; }));
        select(on(channel, [&](const std::string& v) { runs += v.empty(); }));
        select(on(channel, [&](std::optional<std::string> v) { runs += !v.has_value(); }));
        CHECK(runs == 3);
    });
}

TEST_CASE("compat: a send case on a closed channel panics when it is chosen") {
    test::everywhere([] {
        const auto channel = make_chan<int>(1, "closed");
        channel.close();
        CHECK_THROWS_AS(select(on_send(channel, 1, must_not_run)), Panic);
        CHECK_THROWS_AS(select(on_send(channel, 1, must_not_run), otherwise(must_not_run)), Panic);
    });
}

TEST_CASE("compat: a select that waits to send panics when the channel is closed under it") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        const auto other = make_chan<int>();
        WaitGroup group;
        group.go("closer", [channel] {
            weft::yield();
            channel.close();
        });
        CHECK_THROWS_AS(select(on_send(channel, 1, must_not_run), on(other, must_not_run)), Panic);
        group.wait();
    });
}

TEST_CASE("compat: a select that waits to receive is woken by a close") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        const auto other = make_chan<int>();
        WaitGroup group;
        group.go("closer", [channel] {
            weft::yield();
            channel.close();
        });
        bool more = true;
        CHECK(select(on(other, must_not_run), on(channel, [&](int, bool ok) { more = ok; })) == 1);
        CHECK_FALSE(more);
        group.wait();
    });
}

TEST_CASE("compat: cases on nil channels are never chosen") {
    test::everywhere([] {
        const Chan<int> nil;
        const auto ready = make_chan<int>(1);
        ready.send(1);
        CHECK(select(on(nil, must_not_run), on_send(nil, 1, must_not_run), on(ready, [] {})) == 2);
        CHECK(select(on(nil, must_not_run), on_send(nil, 1, must_not_run), otherwise([] {})) == 2);
        CHECK(select(on(nil, must_not_run), after(test::for_a_while(), [] {})) == 1);
    });
}

TEST_CASE("compat: select without a case that could ever proceed waits for ever") {
    test::everywhere([] {
        const Chan<int> nil;
        const auto long_time = test::for_a_while();
        CHECK_FALSE(weft::timeout(long_time, [] { select(); }));
        CHECK_FALSE(weft::timeout(long_time, [&] {
            (void)select(on(nil, must_not_run), on_send(nil, 1, must_not_run));
        }));
    });
}

// The usual merge: a channel that has ended is set to nil, so that its case falls silent.
TEST_CASE("compat: a channel set to nil leaves a loop of selects to the others") {
    test::everywhere([] {
        auto a = make_chan<int>();
        auto b = make_chan<int>();
        WaitGroup group;
        for (const auto& source : {a, b})
            group.go("source", [source] {
                for (int i = 1; i <= 20; ++i) source.send(i);
                source.close();
            });
        int sum = 0;
        const auto take = [&sum](Chan<int>& from) {
            return [&](int value, bool ok) {
                sum += value;
                if (!ok) from.set_nil();
            };
        };
        while (!a.is_nil() || !b.is_nil()) select(on(a, take(a)), on(b, take(b)));
        CHECK(sum == 2 * 210);
        group.wait();
    });
}

TEST_CASE("compat: the body runs after the choice and may use the same channel, or wait") {
    test::everywhere([] {
        const auto requests = make_chan<int>();
        const auto replies = make_chan<int>();
        WaitGroup group;
        group.go("client", [=] {
            requests.send(1);
            requests.send(2);
            CHECK(replies.recv() == 3);
        });
        select(on(requests, [&](int first) {
            const int second = requests.recv();
            select(on_send(replies, first + second, [] {}));
        }));
        group.wait();
    });
}

TEST_CASE("compat: one channel twice in a select, for both directions") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 4U}) {
            const auto channel = make_chan<int>(capacity);
            std::atomic<int> sent{0};
            std::atomic<int> received{0};
            WaitGroup group;
            for (int me = 0; me < 2; ++me)
                group.go("peer", [&, channel, me] {
                    const auto got = [&](int from) {
                        if (channel.cap() == 0) CHECK(from != me);
                        ++received;
                    };
                    for (int i = 0; i < 100; ++i)
                        select(on_send(channel, me, [&] { ++sent; }), on(channel, got),
                               on_send(channel, me, [&] { ++sent; }), on(channel, got));
                });
            group.wait();
            CHECK(sent == received + static_cast<int>(channel.len()));
            CHECK(sent + received == 200);
        }
    });
}

// The bound: of k cases that are always ready, each is chosen at least once in 3k choices on
// average. At 1000 choices a fair coin misses it once in 10^30 runs.
TEST_CASE("compat: of cases that stay ready each gets its share") {
    test::everywhere([] {
        const auto closed = make_chan<int>();
        closed.close();
        const auto other = make_chan<int>();
        other.close();
        std::array<int, 4> chosen{};
        for (int i = 0; i < 1000; ++i)
            ++chosen[select(on(closed, [] {}), on(other, [] {}), on(closed, [] {}),
                            on(other, [] {}))];
        for (const int count : chosen) CHECK(count >= 1000 / 12);
    });
}

TEST_CASE("compat: after bounds the wait of one select") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        const TimePoint begin = Clock::now();
        CHECK(select(on(channel, must_not_run), after(2ms, [] {})) == 1);
        CHECK(Clock::now() - begin >= 2ms);
        CHECK(select(on(channel, must_not_run), after(0s, [] {})) == 1);
    });
}

TEST_CASE("compat: an rvalue stays with the caller unless its case is chosen") {
    test::everywhere([] {
        const auto full = make_chan<std::unique_ptr<int>>();
        const auto free = make_chan<std::unique_ptr<int>>(1);
        auto value = std::make_unique<int>(1);
        CHECK(select(on_send(full, std::move(value), must_not_run), otherwise([] {})) == 1);
        REQUIRE(value != nullptr);
        CHECK(select(on_send(full, std::move(value), must_not_run),
                     on_send(free, std::make_unique<int>(2), [] {})) == 1);
        CHECK(value != nullptr);
        CHECK(*free.recv() == 2);
    });
}

// Stop or deliver: whichever the select takes, the value is in exactly one place.
TEST_CASE("compat: a stop that races sends loses and doubles nothing") {
    test::everywhere([] {
        for (int round = 0; round < 10; ++round) {
            const auto values = make_chan<int>();
            const auto stop = make_chan<char>();
            std::atomic<int> sent{0};
            WaitGroup senders;
            for (int s = 0; s < 3; ++s)
                senders.go("sender", [&sent, values, stop] {
                    for (bool stopped = false; !stopped;)
                        select(on_send(values, 1, [&] { ++sent; }),
                               on(stop, [&] { stopped = true; }));
                });
            int received = 0;
            for (int i = 0; i < 20; ++i) received += values.recv();
            stop.close();
            WaitGroup drain;
            drain.go("drain", [&received, values] {
                for (const int value : values) received += value;
            });
            senders.wait();
            values.close();
            drain.wait();
            CHECK(received == sent);
        }
    });
}

}  // namespace weft::compat
