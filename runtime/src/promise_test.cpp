// SPDX-License-Identifier: Apache-2.0
#include "weft/promise.h"

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("what the promise is given comes out of the future, before or after the wait began") {
    test::everywhere([] {
        auto [early, first] = promise<int>();
        CHECK(early.set(1));
        const auto one = first.get();
        CHECK(*one == 1);
        auto [late, second] = promise<std::unique_ptr<int>>();
        scope([&](Scope& s) {
            s.go([&, late = std::move(late)]() mutable {
                yield();
                CHECK(late.set(std::make_unique<int>(2)));
            });
            const auto two = second.get();
            CHECK(**two == 2);
        });
        auto [done, third] = promise<void>();
        CHECK(done.set());
        CHECK(third.get());
    });
}

TEST_CASE("an error travels unchanged, and a dropped promise is an error too") {
    test::everywhere([] {
        auto [refusing, first] = promise<int>();
        CHECK(refusing.set(Error{ErrorKind::refused, "no-bed", ""}));
        const auto refused = first.get();
        CHECK(refused.error().code == "no-bed");
        auto [broken, second] = promise<int>("lab result");
        scope([&](Scope& s) {
            s.go([broken = std::move(broken)] { yield(); });
            const auto lost = second.get();
            CHECK(lost.error().kind == ErrorKind::internal);
            CHECK(lost.error().code == "broken-promise");
        });
    });
}

TEST_CASE("a cancelled wait takes nothing: the result can still be had") {
    test::for_each_seed(20, [] {
        auto [sender, future] = promise<int>();
        const auto ended = timeout(1ms, [&, &future = future] { (void)future.get(); });
        CHECK_FALSE(ended);
        CHECK_FALSE(future.try_get());
        CHECK(sender.set(7));
        const auto got = future.try_get();
        REQUIRE(got);
        CHECK(**got == 7);
    });
}

TEST_CASE("set says when nobody wants the result any more") {
    test::everywhere([] {
        auto ends = promise<int>();
        {
            const auto gone = std::move(ends.second);
        }
        CHECK_FALSE(ends.first.set(1));
    });
}

TEST_CASE("foreign threads deliver to goroutines, and goroutines to foreign threads") {
    CHECK(run([] {
              std::vector<std::thread> threads;
              std::vector<Future<int>> futures;
              for (int k = 0; k < 4; ++k) {
                  auto [sender, future] = promise<int>();
                  futures.push_back(std::move(future));
                  threads.emplace_back(
                      [k, sender = std::move(sender)]() mutable { sender.set(k); });
              }
              int sum = 0;
              for (auto& future : futures) sum += *future.get();
              CHECK(sum == 6);
              auto [sender, future] = promise<std::string>();
              std::string got;
              std::thread waiting(
                  [&got, future = std::move(future)]() mutable { got = *future.get(); });
              sender.set("from a goroutine");
              for (auto& thread : threads) thread.join();
              waiting.join();
              CHECK(got == "from a goroutine");
          }) == 0);
}

TEST_CASE("two plain threads need no runtime at all") {
    auto [sender, future] = promise<int>();
    std::thread other([sender = std::move(sender)]() mutable { sender.set(3); });
    CHECK(*future.get() == 3);
    other.join();
}

TEST_CASE("a future takes part in select") {
    test::everywhere([] {
        auto [sender, future] = promise<int>();
        CHECK(sender.set(5));
        int got = 0;
        const auto chosen =
            select(on(future.receiver(), [&](Result<int> r) { got = *r; }), after(1h, [] {}));
        CHECK(chosen == 0);
        CHECK(got == 5);
    });
}

TEST_CASE("setting a promise twice, and taking a result twice, is reported") {
    const auto twice = test::in_child([] {
        auto [sender, future] = promise<int>();
        sender.set(1);
        sender.set(2);
        return 0;
    });
    CHECK(twice.signal == SIGABRT);
    CHECK(twice.said("a Promise was set twice"));
    const auto taken = test::in_child([] {
        auto [sender, future] = promise<int>();
        sender.set(1);
        (void)future.get();
        (void)future.get();
        return 0;
    });
    CHECK(taken.signal == SIGABRT);
    CHECK(taken.said("the result of a Future was taken twice"));
}

}  // namespace weft
