// SPDX-License-Identifier: Apache-2.0
#include "weft/rw_mutex.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "weft/context.h"
#include "weft/guarded.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

// After Go's HammerRWMutex.
TEST_CASE("readers share, a writer is alone") {
    test::everywhere([] {
        RWMutex mutex;
        std::atomic<int> activity{0};  // readers count 1, a writer 10,000
        scope([&](Scope& s) {
            for (int k = 0; k < 2; ++k)
                s.go([&] {
                    for (int i = 0; i < 100; ++i) {
                        std::lock_guard guard(mutex);
                        CHECK(activity.fetch_add(10'000) == 0);
                        yield();
                        activity -= 10'000;
                    }
                });
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    for (int i = 0; i < 100; ++i) {
                        std::shared_lock guard(mutex);
                        CHECK(activity.fetch_add(1) < 10'000);
                        if (i % 8 == 0) yield();
                        --activity;
                    }
                });
        });
    });
}

TEST_CASE("many readers are inside at the same time") {
    test::everywhere([] {
        RWMutex mutex;
        std::atomic<int> inside{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 5; ++k)
                s.go([&] {
                    std::shared_lock guard(mutex);
                    ++inside;
                    while (inside < 5) yield();
                });
        });
        CHECK(inside == 5);
    });
}

TEST_CASE("a waiting writer stops new readers, then all of them go in before the next writer") {
    test::everywhere([] {
        RWMutex mutex;
        Guarded<std::string> order;
        const auto add = [&](char who) { order.with([&](std::string& all) { all += who; }); };
        scope([&](Scope& s) {
            mutex.lock_shared();
            s.go([&] {
                std::lock_guard guard(mutex);
                add('w');
            });
            test::until_waiting(1, "write lock");
            CHECK_FALSE(mutex.try_lock_shared());
            for (int k = 0; k < 3; ++k)
                s.go([&] {
                    std::shared_lock guard(mutex);
                    yield();
                    add('r');
                });
            test::until_waiting(3, "read lock");
            s.go([&] {
                std::lock_guard guard(mutex);
                add('W');
            });
            test::until_waiting(2, "write lock");
            CHECK(order.lock()->empty());
            mutex.unlock_shared();
        });
        CHECK(order.with([](const std::string& all) { return all == "wrrrW"; }));
    });
}

TEST_CASE("when a waiting writer is cancelled the readers it held up go in") {
    test::everywhere([] {
        RWMutex mutex;
        std::atomic<bool> read = false;
        scope([&](Scope& s) {
            mutex.lock_shared();
            const bool ended = test::cancel_in(
                "write lock", [&] { mutex.lock(); },
                [&] {
                    s.go([&] {
                        std::shared_lock guard(mutex);
                        read = true;
                    });
                    test::until_waiting(1, "read lock");
                    CHECK_FALSE(read);
                });
            CHECK(ended);
            test::yield_until([&] { return read.load(); });
            mutex.unlock_shared();
        });
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("cancels that race readers and writers leave the lock usable") {
    test::everywhere([] {
        RWMutex mutex;
        std::atomic<int> activity{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 60; ++k)
                s.go([&, k] {
                    (void)timeout(std::chrono::microseconds(k % 11), [&] {
                        if (k % 4 == 0) {
                            std::lock_guard guard(mutex);
                            CHECK(activity.fetch_add(1000) == 0);
                            yield();
                            activity -= 1000;
                        } else {
                            std::shared_lock guard(mutex);
                            CHECK(activity.fetch_add(1) < 1000);
                            yield();
                            --activity;
                        }
                    });
                });
        });
        CHECK(mutex.try_lock());
        CHECK_FALSE(mutex.try_lock_shared());
        mutex.unlock();
        CHECK(mutex.try_lock_shared());
        CHECK_FALSE(mutex.try_lock());
        mutex.unlock_shared();
    });
}

TEST_CASE("plain threads and goroutines share one RWMutex") {
    RWMutex mutex;
    int count = 0;
    const auto work = [&] {
        for (int i = 0; i < 1000; ++i) {
            if (i % 10 == 0) {
                std::lock_guard guard(mutex);
                ++count;
            } else {
                std::shared_lock guard(mutex);
                CHECK(count >= 0);
            }
        }
    };
    std::thread other(work);
    CHECK(run([&] {
              scope([&](Scope& s) {
                  for (int k = 0; k < 4; ++k) s.go(work);
              });
          }) == 0);
    other.join();
    CHECK(count == 500);
}

TEST_CASE("misuse of an RWMutex is reported where it happens") {
    const auto unlock = test::in_child([] {
        RWMutex mutex;
        mutex.unlock();
        return 0;
    });
    CHECK(unlock.said("unlocked by a goroutine that does not hold it"));
    const auto unlock_shared = test::in_child([] {
        RWMutex mutex;
        mutex.unlock_shared();
        return 0;
    });
    CHECK(unlock_shared.said("unlock_shared() of an RWMutex that is not held so"));
    const auto anothers = test::in_child([] {
        return run([] {
            RWMutex mutex;
            Mutex own;
            const std::shared_lock reading(mutex);
            scope([&](Scope& s) {
                s.go([&] {
                    const std::lock_guard other(own);
                    mutex.unlock_shared();
                });
            });
        });
    });
    CHECK(anothers.said("unlock_shared() of an RWMutex that is not held so"));
    const auto twice = test::in_child([] {
        RWMutex mutex;
        mutex.lock();
        mutex.lock();
        return 0;
    });
    CHECK(twice.said("locked by a goroutine that holds it already"));
    const auto upgrade = test::in_child([] {
        RWMutex mutex;
        mutex.lock_shared();
        mutex.lock();
        return 0;
    });
    CHECK(upgrade.said("locked by a goroutine that holds it already"));
    const auto held = test::in_child([] {
        auto mutex = std::make_unique<RWMutex>();
        mutex->lock_shared();
        mutex.reset();
        return 0;
    });
    CHECK(held.said("destroyed while held"));
    for (const auto* end : {&unlock, &unlock_shared, &twice, &upgrade, &held})
        CHECK(end->signal == SIGABRT);
}

TEST_CASE("a read lock inside a read lock is reported when a writer waits in between") {
    const auto end = test::in_child([] {
        return sim::run(1, [] {
            RWMutex mutex("status");
            scope([&](Scope& s) {
                mutex.lock_shared();
                s.go([&] { mutex.lock(); });
                sleep(1ms);
                mutex.lock_shared();
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("a read lock was taken inside a read lock while a writer waits"));
}

}  // namespace weft
