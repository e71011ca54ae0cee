// SPDX-License-Identifier: Apache-2.0
#include "weft/select_set.h"

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("one goroutine serves many channels until all have ended, and no value is lost") {
    test::everywhere([] {
        constexpr int channels = 7;
        std::vector<Receiver<int>> receivers;
        int sum = 0;
        int ended = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < channels; ++k) {
                auto [tx, rx] = channel<int>(k % 3);
                receivers.push_back(std::move(rx));
                s.go([tx = std::move(tx)]() mutable {
                    for (int i = 1; i <= 10; ++i)
                        if (!tx.send(i)) return;
                });
            }
            SelectSet set;
            std::vector<SelectSet::Number> numbers;
            for (int k = 0; k < channels; ++k)
                numbers.push_back(set.on(receivers[k], [&, k](std::optional<int> value) {
                    if (value) {
                        sum += *value;
                        return;
                    }
                    ++ended;
                    set.remove(numbers[k]);
                }));
            while (set.size() > 0) set.select();
            const auto chosen = set.select();
            CHECK(chosen == none_left);
        });
        CHECK(ended == channels);
        CHECK(sum == channels * 55);
    });
}

TEST_CASE("a case for values only drops out with its channel, and the others go on") {
    test::for_each_seed(20, [] {
        auto [a_tx, a_rx] = channel<int>(2);
        auto [b_tx, b_rx] = channel<std::string>(2);
        std::vector<std::string> got;
        SelectSet set;
        set.on(a_rx, [&](int v) { got.push_back(std::to_string(v)); });
        const auto b = set.on(b_rx, [&](std::string v) { got.push_back(v); });
        {
            auto gone = std::move(a_tx);
        }
        CHECK(b_tx.send("x"));
        const auto chosen = set.select();
        CHECK(chosen == b);
        {
            auto gone = std::move(b_tx);
        }
        const auto none = set.select();
        CHECK(none == none_left);
        CHECK(got == std::vector<std::string>{"x"});
    });
}

TEST_CASE("a send case sends its value once and leaves the set") {
    test::for_each_seed(20, [] {
        auto [tx, rx] = channel<std::unique_ptr<int>>();
        int sent = 0;
        scope([&](Scope& s) {
            s.go([&rx = rx] {
                const auto got = rx.recv();
                CHECK(**got == 5);
            });
            SelectSet set;
            const auto number = set.on_send(tx, std::make_unique<int>(5), [&] { ++sent; });
            const auto chosen = set.select();
            CHECK(chosen == number);
            CHECK(set.size() == 0);
            CHECK_FALSE(set.remove(number));
        });
        CHECK(sent == 1);
    });
}

TEST_CASE("a large value whose case is removed unsent is destroyed, not sent") {
    test::for_each_seed(10, [] {
        struct Large {
            std::shared_ptr<int> count;
            char padding[4096] = {};
        };
        auto count = std::make_shared<int>(0);
        auto [tx, rx] = channel<Large>();
        SelectSet set;
        const auto number = set.on_send(tx, Large{count}, [] {});
        set.otherwise([] {});
        const auto chosen = set.select();
        CHECK(chosen == SelectSet::after_chosen);
        CHECK(count.use_count() == 2);
        CHECK(set.remove(number));
        CHECK(count.use_count() == 1);
        CHECK(rx.try_recv().empty());
    });
}

TEST_CASE("after is chosen when nothing else could proceed for that long, at each select") {
    test::for_each_seed(20, [] {
        auto [tx, rx] = channel<int>(1);
        int values = 0;
        int idle = 0;
        SelectSet set;
        set.on(rx, [&](int) { ++values; });
        set.after(5ms, [&] { ++idle; });
        const auto before = Clock::now();
        set.select();
        CHECK(idle == 1);
        CHECK(Clock::now() - before >= 5ms);
        CHECK(tx.send(1));
        set.select();
        CHECK(values == 1);
        CHECK(idle == 1);
        set.select();
        CHECK(idle == 2);
        set.without_after();
        CHECK(tx.send(2));
        set.select();
        CHECK(values == 2);
    });
}

TEST_CASE("a cancelled select has chosen nothing, and the set can be used again") {
    test::for_each_seed(20, [] {
        auto [tx, rx] = channel<int>();
        int got = 0;
        SelectSet set;
        set.on(rx, [&](int v) { got = v; });
        const auto ended = timeout(1ms, [&] { set.select(); });
        CHECK_FALSE(ended);
        scope([&](Scope& s) {
            s.go([&tx = tx] { CHECK(tx.send(3)); });
            set.select();
        });
        CHECK(got == 3);
    });
}

TEST_CASE("a body may use the set it belongs to") {
    test::for_each_seed(10, [] {
        auto [a_tx, a_rx] = channel<int>(1);
        auto [b_tx, b_rx] = channel<int>(1);
        std::string order;
        SelectSet set;
        set.on(a_rx, [&, &b_rx = b_rx](int) {
            order += "a";
            set.on(b_rx, [&](int) { order += "b"; });
            set.select();
        });
        CHECK(a_tx.send(1));
        CHECK(b_tx.send(1));
        set.select();
        CHECK(order == "ab");
        CHECK(set.size() == 2);
    });
}

TEST_CASE("the same channel twice is legal: each value goes to one of the cases") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(10);
        int first = 0;
        int second = 0;
        SelectSet set;
        set.on(rx, [&](int) { ++first; });
        set.on(rx, [&](int) { ++second; });
        for (int i = 0; i < 10; ++i) CHECK(tx.send(i));
        for (int i = 0; i < 10; ++i) set.select();
        CHECK(first + second == 10);
    });
}

TEST_CASE("a plain thread can select over a set") {
    auto [tx, rx] = channel<int>();
    int sum = 0;
    std::thread other([&sum, rx = std::move(rx)]() mutable {
        SelectSet set;
        set.on(rx, [&](int v) { sum += v; });
        while (set.select() != none_left) {
        }
    });
    CHECK(run([tx = std::move(tx)]() mutable {
              for (int i = 1; i <= 50; ++i) CHECK(tx.send(i));
          }) == 0);
    other.join();
    CHECK(sum == 1275);
}

TEST_CASE("a case whose receiver was moved away is reported") {
    const auto end = test::in_child([] {
        return run([] {
            auto [tx, rx] = channel<int>(1);
            SelectSet set;
            set.on(rx, [](int) {});
            const auto elsewhere = std::move(rx);
            set.select();
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a moved-from Receiver was used"));
}

}  // namespace weft
