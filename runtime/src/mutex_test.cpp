// SPDX-License-Identifier: Apache-2.0
#include "weft/mutex.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
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

TEST_CASE("a mutex lets one in at a time, and no increment is lost") {
    test::everywhere([] {
        Mutex mutex;
        int count = 0;
        bool inside = false;
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    for (int i = 0; i < 200; ++i) {
                        std::lock_guard guard(mutex);
                        CHECK_FALSE(std::exchange(inside, true));
                        ++count;
                        if (i % 16 == 0) yield();
                        inside = false;
                    }
                });
        });
        CHECK(count == 1600);
    });
}

TEST_CASE("try_lock takes a free mutex and leaves a held one alone") {
    test::everywhere([] {
        Mutex mutex;
        CHECK(mutex.try_lock());
        scope([&](Scope& s) { s.go([&] { CHECK_FALSE(mutex.try_lock()); }); });
        CHECK_FALSE(mutex.try_lock());
        mutex.unlock();
        scope([&](Scope& s) {
            s.go([&] {
                CHECK(mutex.try_lock());
                mutex.unlock();
            });
        });
    });
}

TEST_CASE("the standard's guards work, several locks at once included") {
    test::everywhere([] {
        Mutex a;
        Mutex b;
        int count = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 6; ++k)
                s.go([&, k] {
                    for (int i = 0; i < 50; ++i) {
                        std::scoped_lock guard(k % 2 == 0 ? a : b, k % 2 == 0 ? b : a);
                        ++count;
                    }
                });
        });
        CHECK(count == 300);
    });
}

TEST_CASE("who has waited a millisecond is handed the lock before those who keep taking it") {
    test::everywhere([] {
        Mutex mutex;
        std::atomic<bool> served = false;
        int rounds = 0;
        scope([&](Scope& s) {
            s.go([&] {
                std::lock_guard guard(mutex);
                served = true;
            });
            for (; !served; ++rounds) {  // for ever, were it not handed over
                std::lock_guard guard(mutex);
                sleep(300us);
            }
        });
        if (sim::current_seed() != 0) CHECK(rounds < 20);
    });
}

TEST_CASE("waiters that were handed the lock are served in the order they came") {
    test::everywhere([] {
        Mutex mutex;
        std::vector<int> order;
        scope([&](Scope& s) {
            std::unique_lock guard(mutex);
            for (int k = 0; k < 5; ++k) {
                s.go([&, k] {
                    std::lock_guard mine(mutex);
                    order.push_back(k);
                    sleep(2ms);  // so that the rest have waited long enough
                });
                test::until_waiting(k + 1, "mutex");
            }
            guard.unlock();
        });
        CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
    });
}

TEST_CASE("a cancelled wait goes without the lock, and those behind it still get it") {
    test::everywhere([] {
        Mutex mutex;
        bool third = false;
        scope([&](Scope& s) {
            mutex.lock();
            const bool ended = test::cancel_in(
                "mutex", [&] { mutex.lock(); },
                [&] {
                    s.go([&] {
                        std::lock_guard guard(mutex);
                        third = true;
                    });
                    test::until_waiting(2, "mutex");
                });
            CHECK(ended);
            mutex.unlock();
        });
        CHECK(third);
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("cancels that race unlocks leave the mutex usable") {
    test::everywhere([] {
        Mutex mutex;
        int count = 0;
        std::atomic<int> locked{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 40; ++k)
                s.go([&, k] {
                    (void)timeout(std::chrono::microseconds(k % 9), [&] {
                        std::lock_guard guard(mutex);
                        ++locked;
                        ++count;
                        yield();
                    });
                });
        });
        CHECK(count == locked);
        CHECK(mutex.try_lock());
        mutex.unlock();
    });
}

TEST_CASE("plain threads and goroutines share one mutex") {
    Mutex mutex;
    int count = 0;
    const auto add = [&] {
        for (int i = 0; i < 2000; ++i) {
            std::lock_guard guard(mutex);
            ++count;
        }
    };
    std::thread other(add);
    Options options;
    options.workers = 2;
    CHECK(run(options, [&] {
              scope([&](Scope& s) {
                  for (int k = 0; k < 4; ++k) s.go(add);
              });
          }) == 0);
    other.join();
    CHECK(count == 10'000);
}

TEST_CASE("locking a mutex twice is reported at the second call") {
    const auto end = test::in_child([] {
        return run([] {
            Mutex mutex("patients");
            mutex.lock();
            mutex.lock();
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("locked again by the goroutine that holds it"));
    CHECK(end.said("\"patients\""));
    CHECK(end.said("mutex_test.cpp"));
}

TEST_CASE("unlocking what nobody or somebody else holds is reported") {
    const auto nobody = test::in_child([] {
        Mutex mutex;
        mutex.unlock();
        return 0;
    });
    CHECK(nobody.signal == SIGABRT);
    CHECK(nobody.said("unlocked by a goroutine that does not hold it"));
    const auto stranger = test::in_child([] {
        return run([] {
            Mutex mutex;
            mutex.lock();
            scope([&](Scope& s) { s.go([&] { mutex.unlock(); }); });
        });
    });
    CHECK(stranger.signal == SIGABRT);
    CHECK(stranger.said("unlocked by a goroutine that does not hold it"));
}

TEST_CASE("destroying a held mutex is reported") {
    const auto end = test::in_child([] {
        auto mutex = std::make_unique<Mutex>("short");
        mutex->lock();
        mutex.reset();
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("destroyed while held"));
}

TEST_CASE("a goroutine that ends while it holds a lock is reported, with the lock's name") {
    const auto end = test::in_child([] {
        return run([] {
            Mutex mutex("forgotten");
            scope([&](Scope& s) { s.go("careless", [&] { mutex.lock(); }); });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("ended while it held \"forgotten\""));
}

}  // namespace weft
