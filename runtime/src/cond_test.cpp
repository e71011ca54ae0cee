// SPDX-License-Identifier: Apache-2.0
#include "weft/cond.h"

#include <atomic>
#include <csignal>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/detach.h"
#include "weft/guarded.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("a bounded queue of a mutex and two conds passes every value once") {
    test::everywhere([] {
        Mutex mutex;
        Cond not_empty;
        Cond not_full;
        std::deque<int> queue;
        std::atomic<int> sum{0};
        scope([&](Scope& s) {
            for (int p = 0; p < 3; ++p)
                s.go([&] {
                    for (int i = 1; i <= 40; ++i) {
                        std::unique_lock lock(mutex);
                        not_full.wait(lock, [&] { return queue.size() < 4; });
                        queue.push_back(i);
                        not_empty.signal();
                    }
                });
            for (int c = 0; c < 4; ++c)
                s.go([&] {
                    for (int i = 0; i < 30; ++i) {
                        std::unique_lock lock(mutex);
                        not_empty.wait(lock, [&] { return !queue.empty(); });
                        sum += queue.front();
                        queue.pop_front();
                        not_full.signal();
                    }
                });
        });
        CHECK(sum == 3 * 40 * 41 / 2);
        CHECK(queue.empty());
    });
}

TEST_CASE("signals wake in the order of waiting, one each; broadcast wakes all") {
    test::everywhere([] {
        Mutex mutex;
        Cond cond;
        std::vector<int> order;
        const auto now = [&] {
            const std::lock_guard guard(mutex);
            return order;
        };
        scope([&](Scope& s) {
            for (int k = 0; k < 6; ++k) {
                s.go([&, k] {
                    std::lock_guard guard(mutex);
                    cond.wait(mutex);
                    order.push_back(k);
                });
                test::until_waiting(k + 1, "condition");
            }
            cond.signal();
            test::yield_until([&] { return !now().empty(); });
            test::until_waiting(5, "condition");
            CHECK(now() == std::vector<int>{0});
            cond.signal();
            test::yield_until([&] { return now().size() > 1; });
            test::until_waiting(4, "condition");
            CHECK(now() == std::vector<int>{0, 1});
            cond.broadcast();
        });
        CHECK(order.size() == 6);
    });
}

TEST_CASE("a signal before anybody waits is not kept, and without one nobody wakes") {
    test::everywhere([] {
        Mutex mutex;
        Cond cond;
        cond.signal();
        cond.broadcast();
        std::lock_guard guard(mutex);
        const auto woken = timeout(test::for_a_while(), [&] { cond.wait(mutex); });
        CHECK_FALSE(woken);
    });
}

TEST_CASE("a cancelled wait holds the lock again when Cancelled comes out") {
    test::everywhere([] {
        Mutex mutex;
        Cond cond;
        int inside = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    std::lock_guard guard(mutex);
                    try {
                        cond.wait(mutex);
                        CHECK(false);
                    } catch (const Cancelled&) {
                        CHECK(inside++ == 0);
                        --inside;
                        throw;
                    }
                });
            for (int i = 0; i < 20; ++i) yield();
            s.cancel();
        });
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("a signal that races a cancel reaches somebody") {
    // The signal was for the first in the queue; if the cancel wins there, the second must get it.
    const auto body = [] {
        Mutex mutex;
        Cond cond;
        std::atomic<int> signalled = 0;
        std::atomic<int> gave_up = 0;
        scope([&](Scope& s) {
            const auto [context, cancel] = Context::background().with_cancel();
            s.go([&, context = context] {
                const auto ended = context.try_run([&] {
                    std::lock_guard guard(mutex);
                    cond.wait(mutex);
                });
                ++(ended ? signalled : gave_up);
            });
            test::until_waiting(1, "condition");
            s.go([&] {
                std::lock_guard guard(mutex);
                cond.wait(mutex);
                ++signalled;
            });
            test::until_waiting(2, "condition");
            s.go([&] { cond.signal(); });
            s.go([cancel = cancel] { cancel.cancel(); });
            test::yield_until([&] { return signalled > 0; });
            cond.broadcast();
        });
        CHECK(signalled + gave_up == 2);
    };
    test::for_each_worker_count(body);
    test::for_each_seed(100, body);
}

TEST_CASE("a guarded value's lock can wait on a cond") {
    test::everywhere([] {
        Guarded<int> stock(0);
        Cond changed;
        scope([&](Scope& s) {
            s.go([&] {
                auto held = stock.lock();
                while (*held < 3) changed.wait(held.holder());
                CHECK(*held == 3);
            });
            for (int i = 0; i < 3; ++i) {
                stock.with([](int& n) { ++n; });
                changed.signal();
                yield();
            }
        });
    });
}

TEST_CASE("plain threads and goroutines wait on one cond") {
    Mutex mutex;
    Cond cond;
    int turn = 0;
    const auto take_turns = [&](int mine) {
        for (int i = 0; i < 100; ++i) {
            std::unique_lock lock(mutex);
            cond.wait(lock, [&] { return turn % 2 == mine; });
            ++turn;
            cond.broadcast();
        }
    };
    std::thread other([&] { take_turns(0); });
    CHECK(run([&] { take_turns(1); }) == 0);
    other.join();
    CHECK(turn == 200);
}

TEST_CASE("waiting on a cond without the lock is reported") {
    const auto end = test::in_child([] {
        return run([] {
            Mutex mutex("ward");
            Cond cond;
            cond.wait(mutex);
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("unlocked by a goroutine that does not hold it"));
    CHECK(end.said("\"ward\""));
}

TEST_CASE("a cond that closes a circle of waits as it takes its lock again reports it and waits") {
    const auto end = test::in_child([] {
        return sim::run(1, [] {
            Mutex outer("outer");
            Mutex inner("inner");
            Cond changed;
            const std::lock_guard first(outer);
            std::unique_lock second(inner);
            detach("other", [&] {
                const std::lock_guard mine(inner);
                const std::lock_guard held_by_main(outer);
            });
            detach("signal", [&] {
                sleep(1ms);  // until the other waits
                changed.signal();
            });
            changed.wait(second);
        });
    });
    CHECK(end.exit_code == 2);  // all asleep
    CHECK(end.said("PROVEN lock cycle"));
    CHECK(end.said("\"main\" waits to lock mutex \"inner\""));
}

TEST_CASE("destroying a cond that somebody waits on is reported") {
    const auto end = test::in_child([] {
        return sim::run(1, [] {
            Mutex mutex;
            auto cond = std::make_unique<Cond>();
            scope([&](Scope& s) {
                s.go([&mutex, &c = *cond] {
                    std::lock_guard guard(mutex);
                    c.wait(mutex);
                });
                sleep(1ms);
                cond.reset();
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a Cond was destroyed while somebody waits on it"));
}

}  // namespace weft
