// SPDX-License-Identifier: Apache-2.0
#include "weft/select.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

void must_not_run() {
    FAIL_CHECK("a case ran that was not chosen");
}

}  // namespace

TEST_CASE("select takes the case that can proceed, and says which") {
    test::everywhere([] {
        auto [atx, arx] = channel<int>(1);
        auto [btx, brx] = channel<std::string>(1);
        CHECK(btx.send("b"));
        std::string got;
        const auto index = select(on(arx, [](int) { must_not_run(); }),
                                  on(brx, [&](const std::string& v) { got = v; }));
        CHECK(index == 1);
        CHECK(got == "b");
        CHECK(select(on_send(atx, 7, [] {}), on(brx, [](const std::string&) { must_not_run(); })) ==
              0);
        CHECK(arx.recv() == 7);
    });
}

TEST_CASE("otherwise is chosen exactly when nothing else can proceed") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(1);
        CHECK(select(on(rx, [](int) { must_not_run(); }), otherwise([] {})) == 1);
        CHECK(tx.send(1));
        CHECK(select(on(rx, [](int) {}), otherwise([] { must_not_run(); })) == 0);
        CHECK(select(otherwise([] {})) == 0);
    });
}

TEST_CASE("after is chosen once its time has passed with nothing else") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        const TimePoint begin = Clock::now();
        CHECK(select(on(rx, [](int) { must_not_run(); }), after(2ms, [] {})) == 1);
        CHECK(Clock::now() - begin >= 2ms);
        CHECK(select(after(1h, [] { must_not_run(); }), after(1ms, [] {})) == 1);
        CHECK(select(on(rx, [](int) { must_not_run(); }), after(0s, [] {})) == 1);
        scope([&, &tx = tx](Scope& s) {
            s.go([&] {
                test::until_waits("main", "select");
                CHECK(tx.send(1));
            });
            CHECK(select(on(rx, [](int v) { CHECK(v == 1); }), after(1h, must_not_run)) == 0);
        });
    });
}

TEST_CASE("a waiting select is woken by a send, a receive, or the end of a channel") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        auto [utx, urx] = channel<int>();
        scope([&, &tx = tx](Scope& s) {
            s.go([&] { CHECK(tx.send(5)); });
            int got = 0;
            CHECK(select(on(rx, [&](int v) { got = v; }), on(urx, [](int) { must_not_run(); })) ==
                  0);
            CHECK(got == 5);
        });
        scope([&, &rx = rx](Scope& s) {
            s.go([&] {
                const auto got = rx.recv();
                CHECK(got == 6);
            });
            CHECK(select(on_send(tx, 6, [] {}), on(urx, [](int) { must_not_run(); })) == 0);
        });
        scope([&, &tx = tx](Scope& s) {
            s.go([&] { auto dropped = std::move(tx); });
            bool ended = false;
            CHECK(select(on(rx, [&](std::optional<int> v) { ended = !v; })) == 0);
            CHECK(ended);
        });
    });
}

TEST_CASE("a case for values drops out when its channel ends, and select says when none is left") {
    test::everywhere([] {
        auto [atx, arx] = channel<int>(2);
        auto [btx, brx] = channel<int>(2);
        CHECK(atx.send(1));
        CHECK(btx.send(2));
        int sum = 0;
        scope([&, &atx = atx, &btx = btx](Scope& s) {
            s.go([a = std::move(atx)] { yield(); });
            s.go([b = std::move(btx)] { yield(); });
            while (select(on(arx, [&](int v) { sum += v; }), on(brx, [&](int v) { sum += v; })) !=
                   none_left) {
            }
        });
        CHECK(sum == 3);
        auto [ctx, crx] = channel<int>();
        {
            auto dropped = std::move(crx);
        }
        CHECK(select(on_send(ctx, 1, must_not_run)) == none_left);
        CHECK(select(on_send(ctx, 1, must_not_run), otherwise([] {})) == 1);
        CHECK(select(on(arx, [](int) { must_not_run(); }), after(1us, [] {})) == 1);
    });
}

TEST_CASE("an rvalue stays with the caller unless its case is chosen") {
    test::everywhere([] {
        auto [tx, rx] = channel<std::unique_ptr<int>>(1);
        auto [btx, brx] = channel<std::array<int, 300>>(1);
        auto value = std::make_unique<int>(1);
        std::array<int, 300> big{};
        big[299] = 3;
        CHECK(btx.send(big));
        CHECK(tx.send(std::make_unique<int>(0)));
        CHECK(select(on_send(tx, std::move(value), must_not_run),
                     on_send(btx, std::move(big), must_not_run), otherwise([] {})) == 2);
        REQUIRE(value != nullptr);
        CHECK(big[299] == 3);
        (void)rx.recv();
        CHECK(select(on_send(tx, std::move(value), [] {})) == 0);
        CHECK(value == nullptr);
        CHECK(**rx.recv() == 1);
    });
}

TEST_CASE("among cases that can proceed every one is chosen now and then") {
    test::everywhere([] {
        auto [atx, arx] = channel<int>(1);
        auto [btx, brx] = channel<int>(1);
        std::array<int, 2> chosen{};
        for (int i = 0; i < 200; ++i) {
            (void)atx.try_send(0);
            (void)btx.try_send(1);
            ++chosen[select(on(arx, [](int v) { CHECK(v == 0); }),
                            on(brx, [](int v) { CHECK(v == 1); }))];
        }
        CHECK(chosen[0] > 20);
        CHECK(chosen[1] > 20);
    });
}

TEST_CASE("one channel may stand in a select several times") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        std::array<int, 3> chosen{};
        scope([&, &tx = tx](Scope& s) {
            s.go([&] {
                for (int i = 0; i < 100; ++i)
                    (void)select(on_send(tx, i, [] {}), on_send(tx, i, [] {}));
            });
            for (int i = 0; i < 100; ++i)
                ++chosen[select(on(rx, [&](int v) { CHECK(v == i); }),
                                on(rx, [&](int v) { CHECK(v == i); }),
                                on(rx, [&](int v) { CHECK(v == i); }))];
        });
        CHECK(chosen[0] + chosen[1] + chosen[2] == 100);
    });
}

// After Go's TestSelfSelect: both ends of one channel in each select; nobody may meet itself.
TEST_CASE("a select may send and receive on the same channel, and never meets itself") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 10U}) {
            auto [tx, rx] = channel<int>(capacity);
            scope([&, &tx = tx, &rx = rx](Scope& s) {
                for (int me = 0; me < 2; ++me)
                    s.go([&, me] {
                        const auto got = [&](int v) {
                            if (capacity == 0) CHECK(v != me);
                        };
                        for (int i = 0; i < 200; ++i) {
                            if (me == 0 || i % 2 == 0)
                                (void)select(on_send(tx, me, [] {}), on(rx, got));
                            else
                                (void)select(on(rx, got), on_send(tx, me, [] {}));
                        }
                    });
            });
        }
    });
}

// After Go's TestSelectStress: four channels of different capacities, everybody by every means.
TEST_CASE("selects over four channels and plain operations on them lose and double nothing") {
    test::everywhere([] {
        constexpr int each = 100;
        const std::array<std::size_t, 4> capacities{0, 0, 2, 3};
        std::vector<Sender<int>> tx;
        std::vector<Receiver<int>> rx;
        for (const auto capacity : capacities) {
            auto ends = channel<int>(capacity);
            tx.push_back(std::move(ends.first));
            rx.push_back(std::move(ends.second));
        }
        std::atomic<int> sent{0};
        std::atomic<int> received{0};
        const auto count = [&](auto&&...) { ++received; };
        scope([&](Scope& s) {
            scope([&](Scope& senders) {
                for (std::size_t k = 0; k < 4; ++k) {
                    senders.go([&, mine = tx[k].clone()]() mutable {
                        for (int i = 0; i < each; ++i, ++sent) CHECK(mine.send(i));
                    });
                    s.go([&, mine = rx[k].clone()]() mutable {
                        for (const int value : mine) count(value);
                    });
                }
                senders.go([&, a = tx[0].clone(), b = tx[1].clone(), c = tx[2].clone(),
                            d = tx[3].clone()]() mutable {
                    for (int i = 0; i < 4 * each; ++i, ++sent)
                        (void)select(on_send(d, i, [] {}), on_send(b, i, [] {}),
                                     on_send(c, i, [] {}), on_send(a, i, [] {}));
                });
                s.go([&, a = rx[0].clone(), b = rx[1].clone(), c = rx[2].clone(),
                      d = rx[3].clone()]() mutable {
                    while (select(on(a, count), on(b, count), on(c, count), on(d, count)) !=
                           none_left) {
                    }
                });
            });
            tx.clear();
        });
        CHECK(sent == 8 * each);
        CHECK(received == 8 * each);
    });
}

TEST_CASE("a select that is cancelled has done nothing") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        auto [utx, urx] = channel<std::unique_ptr<int>>();
        auto value = std::make_unique<int>(1);
        const auto ended = timeout(1ms, [&, &rx = rx, &utx = utx] {
            (void)select(on(rx, [](int) { must_not_run(); }),
                         on_send(utx, std::move(value), must_not_run), after(1h, must_not_run));
        });
        CHECK_FALSE(ended);
        CHECK(value != nullptr);
        CHECK(tx.try_send(1).full());
        CHECK(urx.try_recv().empty());
    });
}

TEST_CASE("an exception of the body leaves select after the choice has been made") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(1);
        CHECK(tx.send(1));
        CHECK_THROWS_AS((void)select(on(rx, [](int) { throw 3; })), int);
        CHECK(rx.try_recv().empty());
    });
}

TEST_CASE("plain threads select too") {
    auto [tx, rx] = channel<int>();
    auto [utx, urx] = channel<int>();
    std::thread sender([&, &tx = tx] { CHECK(select(on_send(tx, 3, [] {})) == 0); });
    int got = 0;
    CHECK(select(on(urx, [](int) { must_not_run(); }), on(rx, [&](int v) { got = v; })) == 1);
    CHECK(got == 3);
    sender.join();
}

}  // namespace weft
