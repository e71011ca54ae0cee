// SPDX-License-Identifier: Apache-2.0
#include "weft/semaphore.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/scope.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("never more run at once than there are permits, and all get one") {
    test::everywhere([] {
        Semaphore semaphore(3);
        std::atomic<int> inside{0};
        std::atomic<int> most{0};
        std::atomic<int> served{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 20; ++k)
                s.go([&] {
                    const auto permit = semaphore.acquire();
                    const int now = ++inside;
                    for (int m = most; now > m && !most.compare_exchange_weak(m, now);) {
                    }
                    yield();
                    --inside;
                    ++served;
                });
        });
        CHECK(most <= 3);
        CHECK(served == 20);
        CHECK(semaphore.available() == 3);
    });
}

TEST_CASE("weights add up, and a large request is not overtaken by small ones behind it") {
    test::everywhere([] {
        Semaphore semaphore(10);
        std::vector<int> order;
        auto held = semaphore.acquire(8);
        scope([&](Scope& s) {
            s.go([&] {
                const auto all = semaphore.acquire(10);
                order.push_back(10);
            });
            test::until_waiting(1, "semaphore");
            s.go([&] {
                const auto one = semaphore.acquire(1);
                order.push_back(1);
            });
            test::until_waiting(2, "semaphore");
            CHECK(order.empty());
            CHECK(semaphore.available() == 2);
            CHECK_FALSE(semaphore.try_acquire(1));
            held.release();
        });
        CHECK(order == std::vector<int>{10, 1});
        CHECK(semaphore.available() == 10);
    });
}

TEST_CASE("one release serves as many as fit, in the order they came") {
    test::everywhere([] {
        Semaphore semaphore(6);
        Event leave;
        std::atomic<int> inside = 0;
        auto held = semaphore.acquire(6);
        scope([&](Scope& s) {
            for (const int weight : {1, 2, 3, 4}) {
                s.go([&, weight] {
                    const auto permit = semaphore.acquire(weight);
                    inside += 1 << weight;
                    leave.wait();
                });
                test::until_waiting(weight, "semaphore");
            }
            held.release();
            test::until_waiting(3, "event");
            CHECK(inside == (1 << 1) + (1 << 2) + (1 << 3));
            test::until_waiting(1, "semaphore");
            leave.set();
        });
        CHECK(inside == (1 << 1) + (1 << 2) + (1 << 3) + (1 << 4));
    });
}

TEST_CASE("a cancelled request leaves, and a smaller one behind it that fits is served at once") {
    test::everywhere([] {
        Semaphore semaphore(4);
        std::atomic<bool> served = false;
        const auto held = semaphore.acquire(3);
        scope([&](Scope& s) {
            const bool ended = test::cancel_in(
                "semaphore", [&] { (void)semaphore.acquire(4); },
                [&] {
                    s.go([&] {
                        const auto permit = semaphore.acquire(1);
                        served = true;
                    });
                    test::until_waiting(2, "semaphore");
                    CHECK_FALSE(served);
                });
            CHECK(ended);
            test::yield_until([&] { return served.load(); });
        });
    });
}

TEST_CASE("cancels that race acquire and release lose no permit") {
    test::everywhere([] {
        Semaphore semaphore(3);
        scope([&](Scope& s) {
            for (int k = 0; k < 60; ++k)
                s.go([&, k] {
                    (void)timeout(std::chrono::microseconds(k % 13), [&] {
                        const auto permit = semaphore.acquire(1 + k % 3);
                        yield();
                    });
                });
        });
        CHECK(semaphore.available() == 3);
        CHECK(semaphore.try_acquire(3));
    });
}

TEST_CASE("a permit may be moved to another goroutine and is given back once") {
    test::everywhere([] {
        Semaphore semaphore(2);
        scope([&](Scope& s) {
            auto permit = semaphore.acquire(2);
            CHECK(permit.count() == 2);
            s.go([moved = std::move(permit)]() mutable { moved.release(); });
            const auto again = semaphore.acquire(2);
        });
        CHECK(semaphore.available() == 2);
        auto first = semaphore.acquire();
        first = semaphore.acquire();
        CHECK(semaphore.available() == 1);
    });
}

TEST_CASE("plain threads and goroutines share one semaphore") {
    Semaphore semaphore(2);
    std::atomic<int> inside{0};
    std::atomic<bool> too_many{false};
    const auto work = [&] {
        for (int i = 0; i < 300; ++i) {
            const auto permit = semaphore.acquire();
            if (++inside > 2) too_many = true;
            --inside;
        }
    };
    std::thread one(work);
    std::thread two(work);
    CHECK(run([&] {
              scope([&](Scope& s) {
                  for (int k = 0; k < 3; ++k) s.go(work);
              });
          }) == 0);
    one.join();
    two.join();
    CHECK_FALSE(too_many);
    CHECK(semaphore.available() == 2);
}

TEST_CASE("more permits than there are can never be had, and asking is reported") {
    const auto end = test::in_child([] {
        Semaphore semaphore(2);
        (void)semaphore.acquire(3);
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("more permits than it has"));
    CHECK(end.said("semaphore_test.cpp"));
}

TEST_CASE("destroying a semaphore whose permits are out is reported") {
    const auto end = test::in_child([] {
        auto semaphore = std::make_unique<Semaphore>(2);
        const auto permit = semaphore->acquire();
        semaphore.reset();
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("permits of it were out"));
}

}  // namespace weft
