// SPDX-License-Identifier: Apache-2.0
// What Go documents of sync and x/sync and no other test holds; runtime/docs/go_rules.md names the
// test of each rule.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/mutex.h"
#include "weft/compat/once.h"
#include "weft/compat/wait_group.h"
#include "weft/cond.h"
#include "weft/err_group.h"
#include "weft/event.h"
#include "weft/guarded.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/pool.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/single_flight.h"
#include "weft/wait_group.h"

#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {

TEST_CASE("a lock, a Once, a Cond, a WaitGroup and a Pool can be neither copied nor moved") {
    CHECK_FALSE(std::is_copy_constructible_v<Mutex>);
    CHECK_FALSE(std::is_move_constructible_v<Mutex>);
    CHECK_FALSE(std::is_copy_constructible_v<RWMutex>);
    CHECK_FALSE(std::is_copy_constructible_v<compat::RWMutex>);
    CHECK_FALSE(std::is_copy_constructible_v<Once>);
    CHECK_FALSE(std::is_copy_constructible_v<compat::Once>);
    CHECK_FALSE(std::is_copy_constructible_v<Cond>);
    CHECK_FALSE(std::is_copy_constructible_v<WaitGroup>);
    CHECK_FALSE(std::is_copy_constructible_v<compat::WaitGroup>);
    CHECK_FALSE(std::is_copy_constructible_v<Pool<int>>);
    CHECK_FALSE(std::is_copy_constructible_v<Semaphore>);
}

TEST_CASE("lock waits until the lock is free, and no longer") {
    test::everywhere([] {
        Mutex mutex;
        bool locked = false;
        scope([&](Scope& s) {
            mutex.lock();
            s.go([&] {
                const std::lock_guard guard(mutex);
                locked = true;
            });
            test::until_waiting(1, "mutex");
            CHECK_FALSE(locked);
            mutex.unlock();
        });
        CHECK(locked);
    });
}

TEST_CASE("runlock undoes one rlock: a writer waits for the last of several readers") {
    test::everywhere([] {
        compat::RWMutex table;
        std::atomic<bool> written = false;
        Event leave;
        scope([&](Scope& s) {
            for (int k = 0; k < 2; ++k)
                s.go([&] {
                    table.rlock();
                    leave.wait();
                    table.runlock();
                });
            test::until_waiting(2, "event");
            table.rlock();
            s.go([&] {
                table.lock();
                written = true;
                table.unlock();
            });
            test::until_waiting(1, "write lock");
            table.runlock();
            CHECK_FALSE(table.try_lock());
            test::until_waiting(1, "write lock");
            CHECK_FALSE(written);
            leave.set();
        });
        CHECK(written);
    });
}

TEST_CASE("while one reads, try_rlock succeeds and try_lock does not; while one writes, neither") {
    test::everywhere([] {
        compat::RWMutex table;
        const auto elsewhere = [](auto f) { scope([&](Scope& s) { s.go(f); }); };
        const std::shared_lock reading(table);
        elsewhere([&] {
            CHECK(table.try_rlock());
            table.runlock();
            CHECK_FALSE(table.try_lock());
        });
        compat::RWMutex other;
        const std::lock_guard writing(other);
        elsewhere([&] {
            CHECK_FALSE(other.try_rlock());
            CHECK_FALSE(other.try_lock());
        });
    });
}

TEST_CASE("a counted goroutine may add others while somebody waits for the group") {
    test::everywhere([] {
        compat::WaitGroup group;
        std::atomic<int> ended = 0;
        group.add(1);
        compat::go("parent", [&] {
            test::until_waits("main", "wait group");
            for (int k = 0; k < 3; ++k) group.go("child", [&] { ++ended; });
            ++ended;
            group.done();
        });
        group.wait();
        CHECK(ended == 4);
    });
}

TEST_CASE("a negative add counts down like done, and lets those who wait go on at zero") {
    test::everywhere([] {
        compat::WaitGroup group;
        bool over = false;
        group.add(3);
        scope([&](Scope& s) {
            s.go([&] {
                group.wait();
                over = true;
            });
            test::until_waiting(1, "wait group");
            group.add(-2);
            test::until_waiting(1, "wait group");
            CHECK_FALSE(over);
            group.add(-1);
        });
        CHECK(over);
    });
}

TEST_CASE("once_value gives several values as a tuple, made once though many call at once") {
    test::everywhere([] {
        std::atomic<int> made = 0;
        const auto config = compat::once_value([&] {
            test::until_waiting(3, "once");
            return std::make_tuple(std::string("site 7"), ++made);
        });
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k)
                s.go([&] {
                    const auto& [name, number] = config();
                    CHECK(name == "site 7");
                    CHECK(number == 1);
                });
        });
        CHECK(made == 1);
    });
}

TEST_CASE("what once_func's function throws is thrown by every call, also to those who waited") {
    test::everywhere([] {
        std::atomic<int> tried = 0;
        std::atomic<int> told = 0;
        const auto load = compat::once_func([&] {
            test::until_waiting(3, "once");
            ++tried;
            throw std::runtime_error("no table");
        });
        const auto call = [&] {
            try {
                load();
            } catch (const std::runtime_error& error) {
                told += error.what() == std::string("no table");
            }
        };
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k) s.go(call);
        });
        call();
        CHECK(tried == 1);
        CHECK(told == 5);
    });
}

TEST_CASE(
    "wait on a Cond releases the lock and waits in one step: a signal under the lock counts") {
    test::everywhere([] {
        Mutex mutex;
        Cond cond;
        bool waits = false;
        for (int round = 0; round < 20; ++round) {
            scope([&](Scope& s) {
                s.go([&] {
                    const std::lock_guard guard(mutex);
                    waits = true;
                    cond.wait(mutex);  // for ever, if the signal came between
                    CHECK_FALSE(mutex.try_lock());
                });
                test::yield_until([&] {
                    const std::lock_guard guard(mutex);
                    return waits;
                });
                const std::lock_guard guard(mutex);
                cond.signal();
                waits = false;
            });
        }
    });
}

TEST_CASE("a broadcast wakes those that wait and no later one; a signal without waiters nobody") {
    test::everywhere([] {
        Mutex mutex;
        Cond cond;
        cond.signal();
        scope([&](Scope& s) {
            const auto wait = [&] {
                const std::lock_guard guard(mutex);
                cond.wait(mutex);
            };
            for (int k = 0; k < 3; ++k) s.go(wait);
            test::until_waiting(3, "condition");
            cond.broadcast();
            test::until_waiting(0, "condition");
            CHECK(test::cancel_in("condition", wait));
        });
    });
}

TEST_CASE("a Pool makes what it has not, and gives to one what was put back by another") {
    test::everywhere([] {
        std::atomic<int> made = 0;
        Pool<int> pool([&] {
            ++made;
            return std::make_unique<int>(0);
        });
        std::vector<Pool<int>::Loan> rush;
        for (int k = 0; k < 5; ++k) rush.push_back(pool.borrow());
        CHECK(made == 5);
        scope([&](Scope& s) { s.go([all = std::move(rush)]() mutable { all.clear(); }); });
        const auto one = pool.borrow();
        CHECK(made <= 6);  // it may have forgotten, as Go's may
    });
}

TEST_CASE("requests for a semaphore that weigh the same are served in the order they came") {
    test::everywhere([] {
        Semaphore permits(1);
        Guarded<std::vector<int>> order;
        auto held = permits.acquire();
        scope([&](Scope& s) {
            for (int k = 0; k < 5; ++k) {
                s.go([&, k] {
                    const auto permit = permits.acquire();
                    order.with([k](std::vector<int>& all) { all.push_back(k); });
                });
                test::until_waiting(k + 1, "semaphore");
            }
            held.release();
        });
        const auto in_order = [](const auto& all) { return all == std::vector{0, 1, 2, 3, 4}; };
        CHECK(order.with(in_order));
    });
}

TEST_CASE("errgroup: without a limit, and with none said, all run at once") {
    test::everywhere([] {
        ErrGroup group(nullptr, 0);
        Event end;
        for (int k = 0; k < 20; ++k) group.go([&] { end.wait(); });
        test::until_waiting(20, "event");
        CHECK(group.try_go([&] { end.wait(); }));
        end.set();
        CHECK(group.wait());
    });
}

TEST_CASE("errgroup: go waits for a place under the limit, and gets the first that is left") {
    test::everywhere([] {
        ErrGroup group(nullptr, 2);
        Event end;
        std::atomic<int> started = 0;
        scope([&](Scope& s) {
            const auto work = [&] {
                ++started;
                end.wait();
            };
            group.go(work);
            group.go(work);
            s.go("third", [&] { group.go(work); });
            test::until_waits("third", "semaphore");
            CHECK(started <= 2);
            end.set();
        });
        CHECK(group.wait());
        CHECK(started == 3);
    });
}

TEST_CASE("singleflight: old work that ends after forget leaves the new work's callers together") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        Event old_begun;
        Event old_end;
        Event new_begun;
        Event new_end;
        int asked = 0;
        scope([&](Scope& s) {
            auto old = s.go([&] {
                return flights.call(1, [&] {
                    old_begun.set();
                    old_end.wait();
                    return 1;
                });
            });
            old_begun.wait();
            flights.forget(1);
            const auto fresh = [&] {
                return flights.call(1, [&] {
                    ++asked;
                    new_begun.set();
                    new_end.wait();
                    return 2;
                });
            };
            auto first = s.go(fresh);
            new_begun.wait();
            old_end.set();
            CHECK(old.join().value == 1);
            auto second = s.go(fresh);
            test::until_waiting(2, "event");
            new_end.set();
            CHECK(first.join().value == 2);
            CHECK(second.join().value == 2);
        });
        CHECK(asked == 1);
    });
}

TEST_CASE("singleflight: a goroutine around call gives the answer to a channel, as DoChan") {
    test::everywhere([] {
        SingleFlight<int, int> flights;
        auto [tx, rx] = channel<SingleFlight<int, int>::Answer>(1);
        scope([&, &tx = tx](Scope& s) {
            s.go([&] { CHECK(tx.send(flights.call(1, [] { return 7; }))); });
            CHECK(rx.recv()->value == 7);
        });
    });
}

}  // namespace weft
