// SPDX-License-Identifier: Apache-2.0
// The Go memory model, a rule a test: what one goroutine did before is visible to the other after.
// The variables are plain, so ThreadSanitizer holds each promise against us; without it the tests
// only show that the values are right.
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/wait_group.h"
#include "weft/cond.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/pool.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/semaphore.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {

TEST_CASE("memory: what comes before go is visible in the goroutine, and its end to who joins") {
    test::everywhere([] {
        int before = 0;
        int inside = 0;
        scope([&](Scope& s) {
            before = 1;
            auto task = s.go([&] {
                CHECK(before == 1);
                inside = 2;
            });
            task.join();
            CHECK(inside == 2);
        });
    });
}

TEST_CASE("memory: a send comes before the end of the receive that takes its value") {
    test::everywhere([] {
        for (const std::size_t capacity : {0U, 1U, 10U}) {
            auto [tx, rx] = channel<int>(capacity);
            int data = 0;
            scope([&, &tx = tx](Scope& s) {
                s.go([&] {
                    data = 7;
                    CHECK(tx.send(0));
                });
                CHECK(rx.recv() == 0);
                CHECK(data == 7);
            });
        }
    });
}

TEST_CASE("memory: the end of a channel comes before the receive that is told of it") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>(1);
        int data = 0;
        scope([&](Scope& s) {
            s.go([&, tx = std::move(tx)]() mutable {
                data = 7;
                const auto dropped = std::move(tx);
            });
            CHECK(rx.recv() == std::nullopt);
            CHECK(data == 7);
        });
        const auto closed = compat::make_chan<int>();
        compat::WaitGroup group;
        group.go("closer", [&data, closed] {
            data = 8;
            closed.close();
        });
        CHECK_FALSE(closed.recv_ok().ok);
        CHECK(data == 8);
        group.wait();
    });
}

TEST_CASE("memory: a receive comes before the end of the send, where nothing is buffered") {
    test::everywhere([] {
        auto [tx, rx] = channel<int>();
        int data = 0;
        scope([&, &rx = rx](Scope& s) {
            s.go([&] {
                data = 7;
                CHECK(rx.recv() == 1);
            });
            CHECK(tx.send(1));
            CHECK(data == 7);
        });
    });
}

TEST_CASE("memory: the k-th receive comes before the end of the (k + capacity)-th send") {
    test::everywhere([] {
        // A channel of three places as a semaphore: each place has a slot that its holder writes.
        constexpr std::size_t places = 3;
        auto [tx, rx] = channel<char>(places);
        std::array<std::size_t, 30> turns{};
        scope([&, &rx = rx](Scope& s) {
            s.go([&] {
                for (std::size_t k = 0; k < turns.size(); ++k) {
                    turns[k] = k + 1;
                    CHECK(rx.recv());
                }
            });
            for (std::size_t k = 0; k < turns.size(); ++k) {
                CHECK(tx.send('.'));
                if (k >= places) CHECK(turns[k - places] == k - places + 1);
            }
        });
    });
}

TEST_CASE("memory: an unlock comes before the next lock, by try_lock and for readers too") {
    test::everywhere([] {
        Mutex mutex;
        RWMutex table;
        int counted = 0;
        int written = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k)
                s.go([&] {
                    for (int i = 0; i < 20; ++i) {
                        test::yield_until([&] { return mutex.try_lock(); });
                        ++counted;
                        mutex.unlock();
                        const std::lock_guard guard(mutex);
                        ++counted;
                    }
                });
            for (int k = 0; k < 2; ++k) {
                s.go([&] {
                    for (int i = 0; i < 20; ++i) {
                        const std::lock_guard guard(table);
                        ++written;
                    }
                });
                s.go([&] {
                    int last = 0;
                    while (last < 40) {
                        const std::shared_lock guard(table);
                        CHECK(written >= last);
                        last = written;
                        yield();
                    }
                });
            }
        });
        CHECK(counted == 160);
        CHECK(written == 40);
    });
}

TEST_CASE("memory: what readers did comes before the next writer's lock") {
    test::everywhere([] {
        RWMutex table;
        std::array<int, 4> seen{};
        scope([&](Scope& s) {
            Event all_in;
            for (int& mine : seen)
                s.go([&] {
                    const std::shared_lock guard(table);
                    all_in.wait();
                    mine = 1;
                });
            test::until_waiting(4, "event");
            s.go([&] {
                const std::lock_guard guard(table);
                for (const int one : seen) CHECK(one == 1);
            });
            test::until_waiting(1, "write lock");
            all_in.set();
        });
    });
}

TEST_CASE("memory: what a Once ran comes before every call's return") {
    test::everywhere([] {
        Once once;
        int made = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 6; ++k)
                s.go([&] {
                    once.call([&] { made = 5; });
                    CHECK(made == 5);
                });
        });
    });
}

TEST_CASE("memory: done comes before the wait that it ends, a signal before the wait it ends") {
    test::everywhere([] {
        compat::WaitGroup group;
        int by_done = 0;
        group.add(1);
        compat::go("worker", [&] {
            by_done = 1;
            group.done();
        });
        group.wait();
        CHECK(by_done == 1);

        Mutex mutex;
        Cond cond;
        Event event;
        int by_signal = 0;
        int by_event = 0;
        scope([&](Scope& s) {
            s.go([&] {
                {
                    const std::lock_guard guard(mutex);
                    cond.wait(mutex);
                }
                CHECK(by_signal == 1);
                event.wait();
                CHECK(by_event == 1);
            });
            test::until_waiting(1, "condition");
            by_signal = 1;  // without the lock
            cond.signal();
            by_event = 1;
            event.set();
        });
    });
}

TEST_CASE("memory: a permit given back comes before the acquire that gets it") {
    test::everywhere([] {
        Semaphore permits(1);
        int turns = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 5; ++k)
                s.go([&] {
                    for (int i = 0; i < 10; ++i) {
                        const auto permit = permits.acquire();
                        ++turns;
                    }
                });
        });
        CHECK(turns == 50);
    });
}

TEST_CASE("memory: what was done to a pooled object comes before the next borrow of it") {
    test::everywhere([] {
        struct Buffer {
            int used = 0;
        };
        Pool<Buffer> pool;
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k)
                s.go([&] {
                    for (int i = 0; i < 30; ++i) {
                        const auto loan = pool.borrow();
                        ++loan->used;
                        yield();
                    }
                });
        });
    });
}

}  // namespace weft
