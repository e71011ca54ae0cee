// SPDX-License-Identifier: Apache-2.0
#include "weft/channel.h"

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

// Counts what is alive, so that a lost or doubled destruction shows.
struct Counted {
    static inline std::atomic<int> alive{0};
    int number;
    explicit Counted(int n) : number(n) { ++alive; }
    Counted(Counted&& other) noexcept : number(other.number) { ++alive; }
    Counted& operator=(Counted&&) noexcept = default;
    ~Counted() { --alive; }
};

// A move that can throw: it must travel boxed.
struct Moody {
    static inline std::atomic<int> alive{0};
    int number;
    bool throws_next = false;
    explicit Moody(int n) : number(n) { ++alive; }
    Moody(Moody&& other) : number(other.number), throws_next(other.throws_next) {
        if (throws_next) throw std::runtime_error("moved");
        ++alive;
    }
    Moody& operator=(Moody&& other) {
        number = other.number;
        return *this;
    }
    ~Moody() { --alive; }
};

struct alignas(128) Aligned {
    int number = 0;
};

struct Empty {};

struct Big {
    std::array<char, 70'000> bytes{};
};

}  // namespace

TEST_CASE("values come out in the order they went in, whatever the capacity") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 1U, 3U, 128U}) {
            auto [tx, rx] = channel<int>(capacity);
            scope([&](Scope& s) {
                s.go([tx = std::move(tx)]() mutable {
                    for (int i = 0; i < 300; ++i) CHECK(tx.send(i));
                });
                int expected = 0;
                for (const int value : rx) CHECK(value == expected++);
                CHECK(expected == 300);
            });
        }
    });
}

TEST_CASE("a channel takes as many values as its capacity without a receiver, and no more") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(3);
        CHECK(tx.capacity() == 3);
        for (int i = 0; i < 3; ++i) CHECK(tx.try_send(i));
        auto fourth = tx.try_send(3);
        CHECK(fourth.full());
        CHECK(std::move(fourth).value() == 3);
        CHECK(rx.size() == 3);
        CHECK(rx.recv() == 0);
        CHECK(tx.try_send(3));
    });
}

TEST_CASE("try_send into a rendezvous succeeds only when a receiver waits") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        CHECK(tx.try_send(1).full());
        CHECK(rx.try_recv().empty());
        scope([&](Scope& s) {
            auto task = s.go([&rx = rx] { return rx.recv(); });
            test::until_waiting(1, "receive");
            CHECK(tx.try_send(2));
            CHECK(task.join() == 2);
        });
    });
}

TEST_CASE("a rendezvous send returns only once its value is received") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        bool received = false;  // plain: what came before the receive is visible to the sender
        scope([&](Scope& s) {
            s.go([&, &rx = rx] {
                test::until_waits("main", "send");
                received = true;
                CHECK(rx.recv() == 1);
            });
            CHECK(tx.send(1));
            CHECK(received);
        });
    });
}

TEST_CASE("dropping the last sender closes: receivers drain the channel and then see its end") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(4);
        CHECK(tx.send(1));
        CHECK(tx.send(2));
        {
            auto dropped = std::move(tx);
        }
        CHECK(rx.recv() == 1);
        auto second = rx.try_recv();
        REQUIRE(second);
        CHECK(*second == 2);
        CHECK(rx.recv() == std::nullopt);
        CHECK(rx.try_recv().closed());
        CHECK(rx.recv() == std::nullopt);
    });
}

TEST_CASE("a channel stays open while a clone of its sender lives") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(1);
        auto second = tx.clone();
        {
            auto dropped = std::move(tx);
        }
        CHECK(rx.try_recv().empty());
        CHECK(second.send(5));
        CHECK(rx.recv() == 5);
        {
            auto dropped = std::move(second);
        }
        CHECK(rx.try_recv().closed());
    });
}

TEST_CASE("all waiting receivers see the end when the last sender goes") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        std::atomic<int> ended{0};
        scope([&](Scope& s) {
            for (int i = 0; i < 5; ++i)
                s.go([&ended, rx = rx.clone()]() mutable {
                    CHECK(rx.recv() == std::nullopt);
                    ++ended;
                });
            yield();
            auto dropped = std::move(tx);
        });
        CHECK(ended == 5);
    });
}

TEST_CASE("waiting and later sends get their value back when the last receiver goes") {
    test::everywhere([] {
        auto [tx, rx] = channel<std::unique_ptr<int>>();
        scope([&](Scope& s) {
            for (int i = 0; i < 3; ++i)
                s.go([i, tx = tx.clone()]() mutable {
                    auto result = tx.send(std::make_unique<int>(i));
                    REQUIRE(result.disconnected());
                    CHECK(*std::move(result).value() == i);
                });
            yield();
            auto dropped = std::move(rx);
        });
        auto later = tx.try_send(std::make_unique<int>(9));
        REQUIRE(later.disconnected());
        CHECK(*std::move(later).value() == 9);
    });
}

TEST_CASE("what a channel still holds is destroyed with its last receiver, and nothing twice") {
    test::everywhere([] {
        {
            auto [tx, rx] = channel<Counted>(8);
            for (int i = 0; i < 5; ++i) CHECK(tx.send(Counted(i)));
            CHECK(rx.recv()->number == 0);
            CHECK(Counted::alive == 4);
            {
                auto dropped = std::move(rx);
            }
            CHECK(Counted::alive == 0);
            CHECK(tx.send(Counted(7)).disconnected());
        }
        CHECK(Counted::alive == 0);
    });
}

TEST_CASE("a channel whose message holds its own sender is freed with the last receiver") {
    struct Letter {
        Sender<Letter> reply_to;
    };
    test::everywhere([] {
        auto [tx, rx] = channel<Letter>(2);
        CHECK(tx.send(Letter{tx.clone()}));
        CHECK(tx.send(Letter{tx.clone()}));
        {
            auto dropped = std::move(tx);
        }
        auto dropped = std::move(rx);
    });
}

TEST_CASE("among many senders and receivers each value arrives exactly once") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 1U, 10U}) {
            constexpr int senders = 4;
            constexpr int receivers = 4;
            constexpr int each = 250;
            auto [tx, rx] = channel<int>(capacity);
            std::array<std::atomic<int>, senders * each> seen{};
            scope([&](Scope& s) {
                for (int k = 0; k < receivers; ++k)
                    s.go([&seen, rx = rx.clone()]() mutable {
                        for (const int value : rx) ++seen[static_cast<std::size_t>(value)];
                    });
                for (int k = 0; k < senders; ++k)
                    s.go([k, tx = tx.clone()]() mutable {
                        for (int i = 0; i < each; ++i) CHECK(tx.send(k * each + i));
                    });
                auto dropped = std::move(tx);
            });
            for (const auto& count : seen) CHECK(count == 1);
        }
    });
}

TEST_CASE("a channel of capacity n lets at most n holders in, as a semaphore") {
    test::everywhere([] {
        auto [tx, rx] = channel<Empty>(3);
        std::atomic<int> inside{0};
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            for (int i = 0; i < 20; ++i)
                s.go([&] {
                    CHECK(tx.send(Empty{}));
                    CHECK(++inside <= 3);
                    yield();
                    --inside;
                    CHECK(rx.recv().has_value());
                });
        });
    });
}

TEST_CASE("values of every shape pass: empty, move-only, over-aligned, bigger than 64 KiB") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 2U}) {
            auto [etx, erx] = channel<Empty>(capacity);
            auto [utx, urx] = channel<std::unique_ptr<int>>(capacity);
            auto [atx, arx] = channel<Aligned>(capacity);
            auto [btx, brx] = channel<std::unique_ptr<Big>>(capacity);
            scope([&](Scope& s) {
                s.go([&etx = etx, &utx = utx, &atx = atx, &btx = btx] {
                    CHECK(etx.send(Empty{}));
                    CHECK(utx.send(std::make_unique<int>(3)));
                    CHECK(atx.send(Aligned{4}));
                    auto big = std::make_unique<Big>();
                    big->bytes.back() = 'x';
                    CHECK(btx.send(std::move(big)));
                });
                CHECK(erx.recv().has_value());
                CHECK(**urx.recv() == 3);
                const auto aligned = arx.recv();
                CHECK(aligned->number == 4);
                CHECK(reinterpret_cast<std::uintptr_t>(&*aligned) % 128 == 0);
                CHECK((*brx.recv())->bytes.back() == 'x');
            });
        }
    });
}

TEST_CASE("a value of 70,000 bytes passes by value") {
    Options options;
    options.stack_bytes = std::size_t{1} << 20;
    test::everywhere(
        [] {
            auto [tx, rx] = channel<Big>(1);
            scope([&](Scope& s) {
                s.go([&tx = tx] {
                    for (char c = 'a'; c < 'e'; ++c) {
                        Big big;
                        big.bytes.back() = c;
                        CHECK(tx.send(std::move(big)));
                    }
                });
                for (char c = 'a'; c < 'e'; ++c) CHECK(rx.recv()->bytes.back() == c);
            });
        },
        options);
}

TEST_CASE("a move that throws in send leaves the channel as it was") {
    test::everywhere([] {
        auto [tx, rx] = channel<Moody>(2);
        Moody bad(1);
        bad.throws_next = true;
        CHECK_THROWS_AS((void)tx.send(std::move(bad)), std::runtime_error);
        CHECK(rx.size() == 0);
        CHECK(tx.send(Moody(2)));
        CHECK(rx.recv()->number == 2);
    });
    CHECK(Moody::alive == 0);
}

TEST_CASE("a move that throws in recv reaches the receiver, and the value is destroyed once") {
    test::everywhere([] {
        auto [tx, rx] = channel<std::unique_ptr<Moody>>(1);
        auto [mtx, mrx] = channel<Moody>(2);
        CHECK(mtx.send(Moody(1)));
        CHECK(mtx.send(Moody(2)));
        {
            auto first = mrx.recv();
            first->throws_next = true;
            CHECK_THROWS_AS((void)mtx.send(std::move(*first)), std::runtime_error);
        }
        CHECK(mrx.recv()->number == 2);
    });
    CHECK(Moody::alive == 0);
}

TEST_CASE("a cancelled receive loses nothing: the next receive gets the value") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        const auto nothing = timeout(1ms, [&rx = rx] { return rx.recv(); });
        CHECK_FALSE(nothing);
        CHECK(nothing.error().code == "deadline");
        CHECK(tx.try_send(1).full());
        scope([&](Scope& s) {
            s.go([&tx = tx] { CHECK(tx.send(2)); });
            CHECK(rx.recv() == 2);
        });
    });
}

TEST_CASE("a cancelled send leaves the value with the caller and sends nothing") {
    test::everywhere([] {
        auto [tx, rx] = channel<std::unique_ptr<int>>();
        auto value = std::make_unique<int>(4);
        CHECK_FALSE(timeout(1ms, [&, &tx = tx] { (void)tx.send(std::move(value)); }));
        REQUIRE(value != nullptr);
        CHECK(*value == 4);
        CHECK(rx.try_recv().empty());

        auto [btx, brx] = channel<std::array<int, 400>>();  // travels boxed
        std::array<int, 400> big{};
        big[399] = 7;
        CHECK_FALSE(timeout(1ms, [&, &btx = btx] { (void)btx.send(std::move(big)); }));
        CHECK(big[399] == 7);
        CHECK(brx.try_recv().empty());
    });
}

TEST_CASE("when cancels race sends and receives, no value is lost and none is doubled") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 2U}) {
            auto [tx, rx] = channel<std::unique_ptr<int>>(capacity);
            std::atomic<int> sent{0};
            std::atomic<int> received{0};
            scope([&, &tx = tx, &rx = rx](Scope& s) {
                for (int k = 0; k < 30; ++k) {
                    s.go([&, k] {
                        auto value = std::make_unique<int>(k);
                        const auto limit = std::chrono::microseconds(k % 7);
                        const auto ended = timeout(limit, [&] {
                            yield();
                            if (tx.send(std::move(value))) ++sent;
                        });
                        if (!ended) CHECK(value != nullptr);
                    });
                    s.go([&, k] {
                        const auto limit = std::chrono::microseconds((k * 3) % 5);
                        const auto got = timeout(limit, [&] { return rx.recv(); });
                        if (got) ++received;
                    });
                }
            });
            while (rx.try_recv()) ++received;
            CHECK(sent == received);
        }
    });
}

TEST_CASE("plain threads send and receive among themselves and with goroutines") {
    auto [tx, rx] = channel<int>(2);
    auto [back_tx, back_rx] = channel<int>();
    std::thread sender([tx = std::move(tx)]() mutable {
        for (int i = 1; i <= 100; ++i) CHECK(tx.send(i));
    });
    std::thread receiver([back_rx = std::move(back_rx)]() mutable {
        int sum = 0;
        for (const int value : back_rx) sum += value;
        CHECK(sum == 5050);
    });
    CHECK(run([&, rx = std::move(rx), back_tx = std::move(back_tx)]() mutable {
              for (const int value : rx) CHECK(back_tx.send(value));
              auto dropped = std::move(back_tx);
          }) == 0);
    sender.join();
    receiver.join();
}

TEST_CASE("moving and assigning ends keeps the channel's count right") {
    auto [tx, rx] = channel<int>(1);
    auto [tx2, rx2] = channel<int>(1);
    auto& same = tx;
    tx = std::move(same);
    CHECK(tx.send(1));
    tx = std::move(tx2);  // drops the first channel's only sender
    CHECK(rx.recv() == 1);
    CHECK(rx.try_recv().closed());
    CHECK(tx.send(2));
    rx = std::move(rx2);
    CHECK(rx.recv() == 2);
}

TEST_CASE("the prime sieve of goroutines finds the primes") {
    test::everywhere([] {
        scope([](Scope& s) {
            auto [first_tx, first_rx] = channel<int>();
            s.go([tx = std::move(first_tx)]() mutable {
                for (int i = 2; tx.send(i); ++i) {
                }
            });
            auto rx = std::move(first_rx);
            std::vector<int> primes;
            for (int k = 0; k < 15; ++k) {
                const int prime = *rx.recv();
                primes.push_back(prime);
                auto [tx, next] = channel<int>();
                s.go([prime, in = std::move(rx), out = std::move(tx)]() mutable {
                    for (const int n : in)
                        if (n % prime != 0 && !out.send(n)) return;
                });
                rx = std::move(next);
            }
            CHECK(primes ==
                  std::vector<int>{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47});
        });
    });
}

TEST_CASE("using an end that was moved from is reported as a broken contract") {
    const auto sender = test::in_child([] {
        auto [tx, rx] = channel<int>(1);
        auto moved = std::move(tx);
        (void)tx.try_send(1);
        return 0;
    });
    CHECK(sender.signal == SIGABRT);
    CHECK(sender.said("a moved-from Sender was used"));
    const auto receiver = test::in_child([] {
        auto [tx, rx] = channel<int>(1);
        auto moved = std::move(rx);
        (void)rx.try_recv();
        return 0;
    });
    CHECK(receiver.signal == SIGABRT);
    CHECK(receiver.said("a moved-from Receiver was used"));
}

TEST_CASE("a receive that nobody can ever answer ends the process with code 2 and says so" *
          doctest::skip(test::emulated())) {
    const auto end = test::in_child([] {
        return run([] {
            auto [tx, rx] = channel<int>(0, "results");
            (void)rx.recv();
        });
    });
    CHECK(end.exit_code == 2);
    CHECK(end.said("receive"));
    CHECK(end.said("results"));
}

}  // namespace weft
