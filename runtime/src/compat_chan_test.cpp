// SPDX-License-Identifier: Apache-2.0
// Go's rules for channels, one sentence each (language specification: channel types, send
// statements, receive operator, close, range).
#include <array>
#include <atomic>
#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "weft/compat/chan.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft::compat {
namespace {

template <class F>
std::string panic_of(F f) {
    try {
        f();
    } catch (const Panic& panic) {
        return panic.what();
    }
    return "no panic";
}

template <class C>
concept CanSend = requires(C c) { c.send(1); };
template <class C>
concept CanClose = requires(C c) { c.close(); };
template <class C>
concept CanReceive = requires(C c) { c.recv(); };

static_assert(CanSend<Chan<int>> && CanClose<Chan<int>> && CanReceive<Chan<int>>);
static_assert(CanSend<SendChan<int>> && CanClose<SendChan<int>> && !CanReceive<SendChan<int>>);
static_assert(!CanSend<RecvChan<int>> && !CanClose<RecvChan<int>> && CanReceive<RecvChan<int>>);
static_assert(std::convertible_to<Chan<int>, SendChan<int>>);
static_assert(std::convertible_to<Chan<int>, RecvChan<int>>);
static_assert(!std::convertible_to<RecvChan<int>, SendChan<int>>);
static_assert(!std::constructible_from<Chan<int>, RecvChan<int>>);

struct Empty {};
struct alignas(128) Wide {
    int value = 0;
};
struct NoZero {
    explicit NoZero(int v) : value(v) {}
    int value;
};
// Its move may throw; this one does when armed.
struct Throwing {
    int value = 0;
    bool armed = false;
    Throwing() = default;
    explicit Throwing(int v) : value(v) {}
    Throwing(Throwing&& other) : value(other.value), armed(other.armed) {
        if (armed) throw std::string("moved");
    }
    Throwing& operator=(Throwing&&) = default;
};

}  // namespace

TEST_CASE("compat: copies of a handle are handles of one channel") {
    test::everywhere([] {
        const auto a = make_chan<int>(2);
        const auto b = a;
        CHECK(a == b);
        CHECK_FALSE(a == make_chan<int>(2));
        a.send(1);
        CHECK(b.len() == 1);
        CHECK(b.recv() == 1);
        Chan<int> c;
        CHECK(c.is_nil());
        CHECK(c == Chan<int>());
        c = a;
        c.send(2);
        c.set_nil();
        CHECK(c.is_nil());
        CHECK(a.recv() == 2);
    });
}

TEST_CASE("compat: values come out in the order in which they went in, whatever the capacity") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 1U, 10U}) {
            const auto channel = make_chan<int>(capacity);
            WaitGroup group;
            group.go("sender", [channel] {
                for (int i = 0; i < 50; ++i) channel.send(i);
                channel.close();
            });
            int expected = 0;
            for (const int value : channel) CHECK(value == expected++);
            CHECK(expected == 50);
            group.wait();
        }
    });
}

TEST_CASE("compat: an unbuffered send returns only once its receiver has come") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        std::atomic<bool> came{false};
        WaitGroup group;
        group.go("receiver", [&came, channel] {
            weft::yield();
            came = true;
            CHECK(channel.recv() == 1);
        });
        channel.send(1);
        CHECK(came);
        group.wait();
    });
}

TEST_CASE("compat: len counts what waits in the channel, cap what could; nil has none of both") {
    test::everywhere([] {
        const auto channel = make_chan<std::string>(3);
        CHECK(channel.cap() == 3);
        CHECK(channel.len() == 0);
        channel.send("a");
        channel.send("b");
        CHECK(channel.len() == 2);
        channel.close();
        CHECK(channel.len() == 2);
        CHECK(channel.recv() == "a");
        CHECK(channel.len() == 1);
        CHECK(Chan<int>().len() == 0);
        CHECK(Chan<int>().cap() == 0);
    });
}

TEST_CASE("compat: a closed channel gives what it holds, and then zero values for ever") {
    test::everywhere([] {
        const auto channel = make_chan<int>(2);
        channel.send(7);
        channel.send(8);
        channel.close();
        CHECK(channel.recv() == 7);
        const auto [value, ok] = channel.recv_ok();
        CHECK(value == 8);
        CHECK(ok);
        for (int i = 0; i < 3; ++i) {
            const auto [zero, more] = channel.recv_ok();
            CHECK(zero == 0);
            CHECK_FALSE(more);
            CHECK_FALSE(channel.next().has_value());
        }
    });
}

TEST_CASE("compat: range over a closed and empty channel does nothing") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        channel.close();
        for (const int value : channel) CHECK(value != value);
    });
}

TEST_CASE("compat: close wakes every receiver that waits") {
    test::everywhere([] {
        const auto channel = make_chan<int>();
        std::atomic<int> ended{0};
        WaitGroup group;
        for (int i = 0; i < 5; ++i)
            group.go("receiver", [&ended, channel] { ended += channel.recv_ok().ok ? 100 : 1; });
        for (int i = 0; i < 10; ++i) weft::yield();
        channel.close();
        group.wait();
        CHECK(ended == 5);
    });
}

TEST_CASE("compat: what is done before close is visible to who sees the end") {
    test::everywhere([] {
        const auto done = make_chan<Empty>();
        int result = 0;  // plain: ThreadSanitizer holds the promise against us
        WaitGroup group;
        group.go("worker", [&result, done] {
            result = 42;
            done.close();
        });
        done.recv();
        CHECK(result == 42);
        group.wait();
    });
}

TEST_CASE("compat: send on a closed channel and closing it again panic, naming it and the place") {
    test::everywhere([] {
        const auto results = make_chan<int>(1, "results");
        results.close();
        const std::string sent = panic_of([&] { results.send(1); });
        CHECK(sent.find("send on closed channel \"results\" at ") == 0);
        CHECK(sent.find("compat_chan_test.cpp:") != std::string::npos);
        CHECK(panic_of([&] { results.close(); }).find("close of closed channel") == 0);
        CHECK(panic_of([] { Chan<int>().close(); }).find("close of nil channel") == 0);
        CHECK(panic_of([&] { SendChan<int>(results).send(1); }).find("send on closed") == 0);
    });
}

TEST_CASE("compat: closing under waiting senders panics each, and keeps what was accepted") {
    test::everywhere([] {
        const auto channel = make_chan<int>(2);
        std::atomic<int> accepted{0};
        std::atomic<int> panics{0};
        WaitGroup group;
        for (int i = 0; i < 6; ++i)
            group.go("sender", [&, channel, i] {
                try {
                    channel.send(i);
                    ++accepted;
                } catch (const Panic&) {
                    ++panics;
                }
            });
        for (int i = 0; i < 10; ++i) weft::yield();
        channel.close();
        group.wait();
        int held = 0;
        for (const int value : channel) held += value >= 0;
        CHECK(held == accepted);
        CHECK(accepted + panics == 6);
        CHECK(panics >= 4);
    });
}

TEST_CASE("compat: send, receive and range on a nil channel wait for ever") {
    test::everywhere([] {
        const Chan<int> nil;
        const auto long_time = test::for_a_while();
        CHECK_FALSE(weft::timeout(long_time, [&] { nil.send(1); }));
        CHECK_FALSE(weft::timeout(long_time, [&] { (void)nil.recv(); }));
        CHECK_FALSE(weft::timeout(long_time, [&] {
            for (const int value : nil) CHECK(value != value);
        }));
    });
}

TEST_CASE("compat: a sender and a receiver that both wait on nil never meet") {
    test::everywhere([] {
        WaitGroup group;
        const auto long_time = test::for_a_while();
        group.go("sender", [long_time] {
            CHECK_FALSE(weft::timeout(long_time, [] { Chan<int>().send(1); }));
        });
        CHECK_FALSE(weft::timeout(long_time, [] { (void)Chan<int>().recv(); }));
        group.wait();
    });
}

TEST_CASE("compat: a deadlock on a nil channel is reported as one" *
          doctest::skip(test::emulated())) {
    const auto end = test::in_child([] { return run([] { (void)RecvChan<int>().recv(); }); });
    CHECK(end.exit_code == 2);
    CHECK(end.said("PROVEN deadlock"));
    CHECK(end.said("[receive \"nil channel\""));
    CHECK(end.said("compat_chan_test.cpp:"));
}

TEST_CASE("compat: dropping all handles but one does not end the channel, as no collector would") {
    test::everywhere([] {
        RecvChan<int> receiving;
        {
            const auto channel = make_chan<int>();
            receiving = channel;
        }
        CHECK_FALSE(weft::timeout(test::for_a_while(), [&] { (void)receiving.recv(); }));
    });
}

TEST_CASE("compat: elements without size, of 100 KiB, over-aligned, move-only and without T{}") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 2U}) {
            const auto empty = make_chan<Empty>(capacity);
            const auto big = make_chan<std::array<char, 100 * 1024>>(capacity);
            const auto wide = make_chan<Wide>(capacity);
            const auto owned = make_chan<std::unique_ptr<int>>(capacity);
            const auto no_zero = make_chan<NoZero>(capacity);
            WaitGroup group;
            group.go("sender", [=] {
                auto huge = std::make_unique<std::array<char, 100 * 1024>>();
                (*huge)[100 * 1024 - 1] = 'z';
                empty.send({});
                big.send(*huge);
                wide.send(Wide{3});
                owned.send(std::make_unique<int>(4));
                no_zero.send(NoZero(5));
                no_zero.close();
            });
            CHECK(empty.recv_ok().ok);
            CHECK(big.next()->back() == 'z');
            const Wide got = wide.recv();
            CHECK(got.value == 3);
            CHECK(reinterpret_cast<std::uintptr_t>(&got) % 128 == 0);
            CHECK(*owned.recv() == 4);
            CHECK(no_zero.next()->value == 5);
            CHECK_FALSE(no_zero.next().has_value());
            group.wait();
        }
    });
}

TEST_CASE("compat: a move that throws reaches who moved, and the channel stays whole") {
    test::everywhere([] {
        const auto channel = make_chan<Throwing>(2);
        Throwing bad(1);
        bad.armed = true;
        CHECK_THROWS_AS(channel.send(std::move(bad)), std::string);
        CHECK(channel.len() == 0);
        channel.send(Throwing(2));
        channel.send(Throwing(3));
        CHECK(channel.next()->value == 2);
        CHECK(channel.next()->value == 3);
    });
}

TEST_CASE("compat: channels carry functions and channels, so a request brings its own reply") {
    test::everywhere([] {
        struct Request {
            std::function<int(int)> f;
            SendChan<int> reply;
        };
        const auto requests = make_chan<Request>();
        WaitGroup group;
        group.go("server", [requests] {
            for (const Request& request : requests) request.reply.send(request.f(20));
        });
        const auto reply = make_chan<int>();
        for (int i = 0; i < 5; ++i) {
            requests.send({[i](int v) { return v + i; }, reply});
            CHECK(reply.recv() == 20 + i);
        }
        requests.close();
        group.wait();
        const auto of_channels = make_chan<Chan<int>>(1);
        of_channels.send(make_chan<int>(9));
        CHECK(of_channels.recv().cap() == 9);
        of_channels.close();
        CHECK(of_channels.recv().is_nil());  // the zero value of a channel is nil
    });
}

TEST_CASE("compat: several senders and receivers exchange every value exactly once") {
    test::everywhere([] {
        constexpr int each = 60;
        for (const std::size_t capacity : {0U, 3U}) {
            const auto channel = make_chan<int>(capacity);
            std::array<std::atomic<int>, 3 * each> seen{};
            WaitGroup senders;
            WaitGroup receivers;
            for (int s = 0; s < 3; ++s)
                senders.go("sender", [channel, s] {
                    for (int i = 0; i < each; ++i) channel.send(s * each + i);
                });
            for (int r = 0; r < 3; ++r)
                receivers.go("receiver", [&seen, channel] {
                    for (const int value : channel) ++seen[static_cast<std::size_t>(value)];
                });
            senders.wait();
            channel.close();
            receivers.wait();
            for (const auto& count : seen) CHECK(count == 1);
        }
    });
}

TEST_CASE("compat: values still in a channel go with its last handle") {
    test::everywhere([] {
        const auto shared = std::make_shared<int>(1);
        {
            const auto channel = make_chan<std::shared_ptr<int>>(3);
            channel.send(shared);
            channel.send(shared);
            channel.close();
            CHECK(shared.use_count() == 3);
        }
        CHECK(shared.use_count() == 1);
    });
}

TEST_CASE("compat: a cancelled send keeps its value, and nobody receives it") {
    test::everywhere([] {
        const auto channel = make_chan<std::unique_ptr<int>>();
        auto value = std::make_unique<int>(1);
        CHECK_FALSE(weft::timeout(1ms, [&] { channel.send(std::move(value)); }));
        CHECK(value != nullptr);
        CHECK_FALSE(weft::timeout(1ms, [&] { (void)channel.next(); }));
    });
}

TEST_CASE("compat: plain threads send, receive and close") {
    const auto channel = make_chan<int>();
    std::thread sender([channel] {
        for (int i = 1; i <= 100; ++i) channel.send(i);
        channel.close();
    });
    int sum = 0;
    for (const int value : channel) sum += value;
    CHECK(sum == 5050);
    sender.join();
}

}  // namespace weft::compat
