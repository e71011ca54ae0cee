// SPDX-License-Identifier: Apache-2.0
// What the Go specification says of channels, select and the go statement and no other test holds.
// runtime/docs/go_rules.md names the test of each rule.
#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"
#include "weft/scope.h"
#include "weft/select.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {
namespace {

void must_not_run() {
    FAIL_CHECK("a case ran that was not chosen");
}

template <class C>
concept Sends = requires(C c) { c.send(1); };
template <class C>
concept Closes = requires(C c) { c.close(); };
template <class C>
concept Receives = requires(C c) { c.recv(); };
template <class C>
concept Copies = std::copy_constructible<C>;

}  // namespace

TEST_CASE("a receive-only handle can neither send nor close, a send-only one cannot receive") {
    CHECK_FALSE(Sends<compat::RecvChan<int>>);
    CHECK_FALSE(Closes<compat::RecvChan<int>>);
    CHECK_FALSE(Receives<compat::SendChan<int>>);
    CHECK_FALSE(std::convertible_to<compat::RecvChan<int>, compat::Chan<int>>);
    CHECK_FALSE(Receives<Sender<int>>);
    CHECK_FALSE(Sends<Receiver<int>>);
    CHECK_FALSE(Closes<Sender<int>>);
    CHECK_FALSE(Copies<Sender<int>>);
    CHECK_FALSE(Copies<Receiver<int>>);
}

TEST_CASE("a send that must wait is not in the channel: len never counts more than cap") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 2U}) {
            const auto channel = compat::make_chan<int>(capacity);
            compat::WaitGroup group;
            for (int i = 0; i < 5; ++i) group.go("sender", [channel] { channel.send(1); });
            test::until_waiting(5 - static_cast<std::ptrdiff_t>(capacity), "send");
            CHECK(channel.len() == capacity);
            for (int i = 0; i < 5; ++i) CHECK(channel.recv() == 1);
            group.wait();
            CHECK(channel.len() == 0);
        }
    });
}

TEST_CASE("of those that wait at a channel the first to come is served first") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        std::array<std::optional<int>, 4> got;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            for (int k = 0; k < 4; ++k) {
                s.go([&, k] { CHECK(tx.send(k)); });
                test::until_waiting(k + 1, "send");
            }
            for (int k = 0; k < 4; ++k) CHECK(rx.recv() == k);
            for (std::size_t k = 0; k < got.size(); ++k) {
                s.go([&, k] { got[k] = rx.recv(); });
                test::until_waiting(static_cast<std::ptrdiff_t>(k) + 1, "receive");
            }
            for (int k = 0; k < 4; ++k) CHECK(tx.send(k));
        });
        for (std::size_t k = 0; k < got.size(); ++k) CHECK(got[k] == static_cast<int>(k));
    });
}

TEST_CASE("a select's channels and values are evaluated once each, also of cases not chosen") {
    test::everywhere([] {
        const auto full = compat::make_chan<int>();
        const auto ready = compat::make_chan<int>(1);
        ready.send(1);
        int channels = 0;
        int values = 0;
        const auto channel_of = [&](const compat::Chan<int>& c) {
            ++channels;
            return c;
        };
        const auto value_of = [&](int v) {
            ++values;
            return v;
        };
        CHECK(compat::select(compat::on_send(channel_of(full), value_of(1), must_not_run),
                             compat::on(channel_of(ready), [] {}),
                             compat::on_send(channel_of(full), value_of(2), must_not_run)) == 1);
        CHECK(channels == 3);
        CHECK(values == 2);
    });
}

TEST_CASE("only the chosen case communicates, and it does so before its body runs") {
    test::everywhere([] {
        auto [atx, arx] = channel<int>(1);
        auto [btx, brx] = channel<int>(1);
        CHECK(atx.send(1));
        CHECK(btx.send(2));
        const auto chosen = select(on(arx,
                                      [&, &arx = arx](int v) {
                                          CHECK(v == 1);
                                          CHECK(arx.size() == 0);
                                      }),
                                   on(brx, [&, &brx = brx](int v) {
                                       CHECK(v == 2);
                                       CHECK(brx.size() == 0);
                                   }));
        CHECK(arx.size() + brx.size() == 1);
        CHECK((chosen == 0 ? brx : arx).size() == 1);
    });
}

TEST_CASE("a select that waits is served by whichever of its cases can proceed first") {
    test::everywhere([] {
        for (int which = 0; which < 3; ++which) {
            const auto a = compat::make_chan<int>();
            const auto b = compat::make_chan<int>();
            const auto out = compat::make_chan<int>();
            std::atomic<int> chosen = -1;
            compat::WaitGroup group;
            group.go("selects", [&, a, b, out] {
                chosen = static_cast<int>(compat::select(compat::on(a, [] {}), compat::on(b, [] {}),
                                                         compat::on_send(out, 3, [] {})));
            });
            test::until_waits("selects", "select");
            if (which == 0) a.send(1);
            if (which == 1) b.close();
            if (which == 2) CHECK(out.recv() == 3);
            group.wait();
            CHECK(chosen == which);
            // Nothing of the cases that were not chosen is left behind in their channels.
            if (which != 0)
                CHECK(compat::select(compat::on_send(a, 1, must_not_run),
                                     compat::otherwise([] {})) == 1);
        }
    });
}

TEST_CASE("what is given to a goroutine is evaluated by who starts it, and its result is dropped") {
    test::everywhere([] {
        compat::WaitGroup group;
        std::array<int, 5> seen{};
        for (std::size_t i = 0; i < seen.size(); ++i) {
            std::string text = std::to_string(i);  // gone before the goroutine runs
            group.go("worker", [&seen, i, text] {
                seen[i] = std::stoi(text);
                return 17;
            });
        }
        group.wait();
        CHECK(seen == std::array<int, 5>{0, 1, 2, 3, 4});
    });
}

TEST_CASE(
    "range gives what was sent before the close, and what others receive is not given again") {
    test::everywhere([] {
        const auto channel = compat::make_chan<int>(10);
        for (int i = 0; i < 10; ++i) channel.send(i);
        channel.close();
        std::atomic<int> sum = 0;
        std::atomic<int> values = 0;
        compat::WaitGroup group;
        for (int k = 0; k < 3; ++k)
            group.go("receiver", [&, channel] {
                for (const int value : channel) {
                    sum += value;
                    ++values;
                    weft::yield();
                }
            });
        group.wait();
        CHECK(values == 10);
        CHECK(sum == 45);
    });
}

}  // namespace weft
