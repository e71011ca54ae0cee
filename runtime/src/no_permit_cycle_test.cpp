// SPDX-License-Identifier: Apache-2.0
// What only looks like a circle through permits: somebody who is not in it can give one back.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/outside_waker.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/time.h"

#include "tests/support/goroutines.h"
#include "tests/support/stuck.h"
#include "tests/support/test.h"
#include "tests/support/told.h"

using namespace std::chrono_literals;
using test::Told;
using test::told_everywhere;
using test::told_for_each_seed;
using test::until_waits;

namespace weft {

TEST_CASE("who has a permit and waits for one that another will give back is not reported") {
    told_everywhere([](Told& told) {
        Semaphore rooms(2, "rooms");
        scope([&](Scope& s) {
            s.go("other", [&] {
                const auto mine = rooms.acquire();
                until_waits("wants two", "semaphore");
                for (int i = 0; i < 5; ++i) yield();
            });
            s.go("wants two", [&] {
                while (rooms.available() == 2) yield();
                const auto one = rooms.acquire();
                const auto two = rooms.acquire();
            });
        });
        CHECK(told.count() == 0);
    });
}

TEST_CASE("a producer that hands its permits to workers and waits for the next is not reported") {
    told_everywhere([](Told& told) {
        Semaphore in_flight(3, "in flight");
        auto [tx, rx] = channel<Semaphore::Permit>(8, "work");
        std::atomic<int> done{0};
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            for (int worker = 0; worker < 2; ++worker)
                s.go("worker", [&done, rx = rx.clone()]() mutable {
                    while (auto permit = rx.recv()) {
                        const Semaphore::Permit mine = *std::move(permit);
                        yield();
                        ++done;
                    }
                });
            s.go("producer", [&in_flight, tx = std::move(tx)]() mutable {
                for (int i = 0; i < 40; ++i)
                    if (!tx.send(in_flight.acquire())) return;
            });
        });
        CHECK(done == 40);
        CHECK(told.count() == 0);
        CHECK(in_flight.available() == 3);
    });
}

TEST_CASE("one that starts a task for each permit, which takes it along, is not reported") {
    told_everywhere([](Told& told) {
        Semaphore in_flight(2, "in flight");
        Mutex results("results");
        int sum = 0;
        scope([&](Scope& s) {
            for (int i = 0; i < 40; ++i)
                s.go([&, i, permit = in_flight.acquire()] {
                    const std::lock_guard locked(results);
                    if (i % 4 == 0) yield();
                    ++sum;
                });
        });
        CHECK(sum == 40);
        CHECK(told.count() == 0);
    });
}

TEST_CASE("a permit in the frame of one that waits may be given back by a child that has it") {
    told_everywhere([](Told& told) {
        Semaphore line(1, "line");
        scope([&](Scope& s) {
            auto permit = line.acquire();
            s.go("helper", [&permit] {
                until_waits("main", "semaphore");
                permit.release();
            });
            const auto next = line.acquire();
        });
        CHECK(told.count() == 0);
    });
}

TEST_CASE("a semaphore as a signal: one has all permits, another gives them back for it") {
    told_everywhere([](Told& told) {
        Semaphore ticks(4, "ticks");
        std::vector<Semaphore::Permit> unsent;
        for (int i = 0; i < 4; ++i) unsent.push_back(ticks.acquire());
        int heard = 0;
        scope([&](Scope& s) {
            s.go("sender", [&] {
                while (!unsent.empty()) {
                    unsent.pop_back();
                    yield();
                }
            });
            s.go("hearer", [&] {
                std::vector<Semaphore::Permit> kept;
                for (; heard < 4; ++heard) kept.push_back(ticks.acquire());
            });
        });
        CHECK(heard == 4);
        CHECK(told.count() == 0);
    });
}

TEST_CASE("users of a pool who take a permit and then a lock, in that order, are not reported") {
    told_everywhere([](Told& told) {
        Semaphore connections(2, "connections");
        Mutex cache("cache");
        int queries = 0;
        scope([&](Scope& s) {
            for (int user = 0; user < 6; ++user)
                s.go([&, user] {
                    for (int i = 0; i < 30; ++i) {
                        const auto connection = connections.acquire(1 + (i + user) % 2);
                        if (i % 8 == 0) yield();
                        const std::lock_guard locked(cache);
                        if (i % 16 == 0) yield();
                        ++queries;
                    }
                });
        });
        CHECK(queries == 180);
        CHECK(told.count() == 0);
    });
}

TEST_CASE(
    "a permit whose taker has ended, and which lies on the heap, may be given back by anybody") {
    told_everywhere([](Told& told) {
        const auto line = std::make_unique<Semaphore>(1, "line");
        std::unique_ptr<Semaphore::Permit> left;
        scope([&](Scope& s) {
            s.go([&] { left = std::make_unique<Semaphore::Permit>(line->acquire()); }).join();
            s.go("waits", [&] { const auto mine = line->acquire(); });
            until_waits("waits", "semaphore");
            CHECK(test::stuck_now().empty());
            left.reset();
        });
        CHECK(told.count() == 0);
    });
}

TEST_CASE("what a plain thread has taken is not known, and nothing is said of it") {
    for (const unsigned workers : {1U, 2U, 4U}) {
        Told told;
        Options options = test::telling(told);
        options.workers = workers;
        CHECK(run(options, [] {
                  const OutsideWaker by_thread;
                  Semaphore line(1, "line");
                  Event taken;
                  Event wanted;
                  std::thread thread([&] {
                      const auto mine = line.acquire();
                      taken.set();
                      wanted.wait();
                  });
                  taken.wait();
                  scope([&](Scope& s) {
                      s.go("waits", [&] { const auto mine = line.acquire(); });
                      until_waits("waits", "semaphore");
                      wanted.set();
                  });
                  thread.join();
              }) == 0);
        CHECK(told.count() == 0);
    }
}

TEST_CASE("one in front that gives up at its deadline lets who wants less pass: nobody is stuck") {
    told_for_each_seed([](Told& told) {
        Semaphore units(10, "units");
        bool served = false;
        scope([&](Scope& s) {
            const auto some = units.acquire(5);
            s.go("large", [&] { (void)timeout(1h, [&] { (void)units.acquire(10); }); });
            until_waits("large", "semaphore");
            auto small = s.go("small", [&] {
                const auto one = units.acquire();
                served = true;
            });
            until_waits("small", "semaphore");
            small.join();  // with the five in hand
        });
        CHECK(served);
        CHECK(told.count() == 0);
    });
}

TEST_CASE("where more permits are out than are recorded, the semaphore's place counts for them") {
    test::where_things_hang([] {
        const auto found = test::found_while([] {
            Semaphore many(100, "many");
            std::vector<Semaphore::Permit> all;
            for (int i = 0; i < 100; ++i) all.push_back(many.acquire());
            const auto one_more = many.acquire();
        });
        REQUIRE(found.size() == 1);
        CHECK(test::says(found, "the semaphore is in its own frame"));
    });
    told_everywhere([](Told& told) {
        Semaphore many(100, "many");
        {
            std::vector<Semaphore::Permit> all;
            for (int i = 0; i < 100; ++i) all.push_back(many.acquire());
        }
        CHECK(many.available() == 100);
        CHECK(told.count() == 0);
    });
}

TEST_CASE(
    "permits that those who wait for ever have on their stacks are named wherever the semaphore "
    "is") {
    test::where_things_hang([] {
        static Semaphore shared_by_all(1, "shared by all");
        const auto found = test::found_while([] {
            Event never("never");
            const auto mine = shared_by_all.acquire();
            scope([&](Scope& s) {
                s.go("waits", [] { const auto other = shared_by_all.acquire(); });
                until_waits("waits", "semaphore");
                never.wait();
            });
        });
        CHECK(test::says(found, "its only Permit is in the frame of goroutine"));
    });
}

}  // namespace weft
