// SPDX-License-Identifier: Apache-2.0
// Circles of waits: each is refused or reported at the call that closes it, and what only looks
// like one is not.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"
#include "tests/support/told.h"

using namespace std::chrono_literals;
using test::refused;
using test::says;
using test::Told;
using test::told_everywhere;
using test::told_for_each_seed;
using test::told_for_each_worker_count;
using test::until_waits;

namespace weft {
namespace {

// What hangs in the simulator: the circle is reported first, then that all are asleep. In a child,
// as nobody ever frees what the stuck ones have.
template <class F>
void hangs_for_each_seed(F body) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        INFO("seed: ", seed);
        const auto end = test::in_child([&] { return sim::run(seed, body); });
        CHECK(end.exit_code == 2);
        CHECK(end.said("weft: PROVEN lock cycle: goroutine "));
        CHECK(end.said("weft: PROVEN deadlock: all goroutines are asleep"));
    }
}

}  // namespace

TEST_CASE("of two that lock two mutexes in opposite orders one is refused, and the other goes on") {
    told_everywhere([](Told& told) {
        Mutex patient("patient");
        Mutex trial("trial");
        auto [ready, go_on] = channel<char>();
        std::atomic<int> refusals{0};
        scope([&, &ready = ready, &go_on = go_on](Scope& s) {
            s.go("update", [&] {
                const std::lock_guard first(patient);
                (void)ready.send('.');
                refusals += refused([&] { const std::lock_guard second(trial); });
            });
            s.go("enrol", [&] {
                const std::lock_guard first(trial);
                (void)go_on.recv();
                refusals += refused([&] { const std::lock_guard second(patient); });
            });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        const Report report = told.all()[0];
        CHECK(report.certainty == Certainty::proven);
        CHECK(report.finding == Finding::lock_cycle);
        CHECK(says(report, "waits to lock mutex \"trial\" ("));
        CHECK(says(report, "waits to lock mutex \"patient\" ("));
        CHECK(says(report, "), held by goroutine "));
        REQUIRE(report.goroutines.size() == 2);
        for (const ReportedGoroutine& each : report.goroutines) {
            CHECK(each.state == "mutex");
            REQUIRE(each.holds.size() == 1);
            CHECK(each.holds[0].name != each.waits_on);
        }
    });
}

TEST_CASE("the sentence names the program's line also where std::lock_guard took the lock" *
          doctest::skip(test::emulated())) {
    told_for_each_seed([](Told& told) {
        Mutex mutex("mutex");
        (void)refused([&] {
            scope([&](Scope& s) {
                const std::lock_guard held(mutex);
                s.go([&] { const std::lock_guard again(mutex); }).join();
            });
        });
        REQUIRE(told.count() == 1);
        CHECK_FALSE(says(told.all()[0], "/include/c++/"));
        CHECK(says(told.all()[0], "lock_cycle_test.cpp:"));
    });
}

TEST_CASE("a circle through five mutexes is refused at the call that closes it") {
    told_everywhere([](Told& told) {
        constexpr int n = 5;
        std::vector<std::unique_ptr<Mutex>> forks;
        for (int i = 0; i < n; ++i) forks.push_back(std::make_unique<Mutex>("fork"));
        WaitGroup seated;
        std::vector<WaitGroup::Token> tokens;
        for (int i = 0; i < n; ++i) tokens.push_back(seated.token());
        std::atomic<int> refusals{0};
        scope([&](Scope& s) {
            for (int i = 0; i < n; ++i)
                s.go([&, i, token = std::optional(std::move(tokens[i]))]() mutable {
                    const std::lock_guard left(*forks[i]);
                    token.reset();
                    seated.wait();
                    refusals += refused([&] { const std::lock_guard r(*forks[(i + 1) % n]); });
                });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].goroutines.size() == n);
    });
}

TEST_CASE("a child that wants the lock which its parent holds while it joins is refused") {
    told_everywhere([](Told& told) {
        Mutex mutex("plan");
        const int refusals = refused([&] {
            const std::lock_guard held(mutex);
            scope([&](Scope& s) {
                s.go("child", [&] {
                    until_waits("main", "join");
                    const std::lock_guard mine(mutex);
                });
            });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].goroutines.at(0).name == "child");
        CHECK(told.all()[0].goroutines.at(1).name == "main");
    });
}

TEST_CASE(
    "a grandchild's wait for a lock that is held across the join of its grandparent is seen") {
    told_for_each_seed([](Told& told) {
        Mutex mutex("plan");
        CHECK(refused([&] {
                  const std::lock_guard held(mutex);
                  scope([&](Scope& outer) {
                      outer.go("child", [&] {
                          scope([&](Scope& inner) {
                              inner.go("grandchild", [&] {
                                  sleep(1ms);  // until the others have come to rest
                                  const std::lock_guard mine(mutex);
                              });
                          });
                      });
                  });
              }) == 1);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].goroutines.at(0).name == "grandchild");
    });
}

TEST_CASE("joining a task that waits for a lock of the joiner is refused") {
    told_for_each_seed([](Told& told) {
        Mutex mutex("plan");
        int refusals = 0;
        scope([&](Scope& s) {
            std::unique_lock held(mutex);
            auto task = s.go("child", [&] { const std::lock_guard mine(mutex); });
            sleep(1ms);  // until the child waits
            refusals += refused([&] { task.join(); });
            held.unlock();
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(says(told.all()[0], "waits to join"));
        CHECK(says(told.all()[0], "waits to lock mutex \"plan\""));
    });
}

TEST_CASE(
    "a scope that cannot end because of a lock around it is reported, as it cannot be refused") {
    hangs_for_each_seed([] {
        Mutex mutex("plan");
        const std::lock_guard held(mutex);
        scope([&](Scope& s) {
            s.go("child", [&] { const std::lock_guard mine(mutex); });
            sleep(1ms);  // until the child waits
        });
    });
}

TEST_CASE("waiting for a group one of whose goroutines waits for a lock of the waiter is refused") {
    told_for_each_seed([](Told& told) {
        Mutex mutex("plan");
        WaitGroup group("reports");
        int refusals = 0;
        {
            const std::lock_guard held(mutex);
            group.go("report", [&] { const std::lock_guard mine(mutex); });
            sleep(1ms);
            refusals += refused([&] { group.wait(); });
        }
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(says(told.all()[0], "waits for wait group \"reports\""));
    });
}

TEST_CASE(
    "a writer that waits for a reader who waits for the writer's mutex: the last is refused") {
    told_everywhere([](Told& told) {
        RWMutex records("records");
        Mutex index("index");
        auto [ready, go_on] = channel<char>();
        std::atomic<int> refusals{0};
        scope([&, &ready = ready, &go_on = go_on](Scope& s) {
            s.go("reader", [&] {
                const std::shared_lock reading(records);
                (void)ready.send('.');
                until_waits("writer", "write lock");
                refusals += refused([&] { const std::lock_guard second(index); });
            });
            s.go("writer", [&] {
                const std::lock_guard first(index);
                (void)go_on.recv();
                refusals += refused([&] { const std::lock_guard writing(records); });
            });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].certainty == Certainty::proven);
        CHECK(says(told.all()[0], "to lock RWMutex \"records\" for writing ("));
        CHECK(says(told.all()[0], "held for reading by goroutine "));
    });
}

TEST_CASE("a writer that comes last to a circle through its readers is refused") {
    told_for_each_seed([](Told& told) {
        RWMutex records("records");
        Mutex index("index");
        int refusals = 0;
        scope([&](Scope& s) {
            const std::lock_guard first(index);
            s.go("reader", [&] {
                const std::shared_lock reading(records);
                const std::lock_guard second(index);
            });
            sleep(1ms);
            refusals += refused([&] { const std::lock_guard writing(records); });
        });
        CHECK(refusals == 1);
        CHECK(told.count() == 1);
    });
}

TEST_CASE("a reader held up by a waiting writer closes a circle with another reader") {
    told_for_each_seed([](Told& told) {
        RWMutex records("records");
        Mutex index("index");
        int refusals = 0;
        scope([&](Scope& s) {
            s.go("first reader", [&] {
                const std::shared_lock reading(records);
                sleep(3ms);
                refusals += refused([&] { const std::lock_guard second(index); });
            });
            s.go("writer", [&] {
                sleep(1ms);
                const std::lock_guard writing(records);
            });
            s.go("second reader", [&] {
                const std::lock_guard first(index);
                sleep(2ms);
                const std::shared_lock reading(records);
            });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].goroutines.size() == 3);
        CHECK(says(told.all()[0], "to be had only after goroutine "));
    });
}

TEST_CASE("a Once whose function wants a lock that a caller of the Once holds is refused") {
    told_for_each_seed([](Told& told) {
        Once once("terminology");
        Mutex mutex("cache");
        int refusals = 0;
        scope([&](Scope& s) {
            s.go("first", [&] {
                refusals += refused([&] {
                    once.call([&] {
                        sleep(2ms);
                        const std::lock_guard inside(mutex);
                    });
                });
            });
            s.go("second", [&] {
                sleep(1ms);
                const std::lock_guard outside(mutex);
                refusals += refused([&] { once.call([] {}); });
            });
        });
        CHECK(refusals == 1);
        REQUIRE(told.count() == 1);
        CHECK(says(told.all()[0], "waits for once \"terminology\""));
    });
}

TEST_CASE(
    "a circle that a deadline will open is LIKELY: nobody is refused, and the deadline comes") {
    told_for_each_seed([](Told& told) {
        Mutex patient("patient");
        Mutex trial("trial");
        bool late = false;
        scope([&](Scope& s) {
            s.go("update", [&] {
                const std::lock_guard first(patient);
                sleep(1ms);
                late = !timeout(1h, [&] { const std::lock_guard second(trial); });
            });
            s.go("enrol", [&] {
                const std::lock_guard first(trial);
                sleep(1ms);
                const std::lock_guard second(patient);
            });
        });
        CHECK(late);
        REQUIRE(told.count() == 1);
        CHECK(told.all()[0].certainty == Certainty::likely);
    });
}

TEST_CASE("in tests the first circle ends the process with a report of both stacks") {
    const auto end = test::in_child([] {
        Options options;
        options.reactions = Reactions::of_tests();
        return sim::run(1, options, [] {
            Mutex mutex("plan");
            const std::lock_guard held(mutex);
            scope([&](Scope& s) { s.go("child", [&] { const std::lock_guard mine(mutex); }); });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("weft: PROVEN lock cycle: goroutine "));
    CHECK(end.said("\"child\" [mutex \"plan\""));
    CHECK(end.said("\"main\" [join \"scope\""));
}

TEST_CASE("nobody is refused while it unwinds: the circle is reported instead") {
    hangs_for_each_seed([] {
        struct Locks {
            Mutex& mutex;
            ~Locks() { const std::lock_guard mine(mutex); }
        };
        Mutex mutex("plan");
        const std::lock_guard held(mutex);
        scope([&](Scope& s) {
            s.go("child", [&] {
                const Locks locks{mutex};
                sleep(1ms);  // until the others have come to rest
                throw std::runtime_error("unwinds");
            });
        });
    });
}

// --- what is no circle ---------------------------------------------------------------------------

TEST_CASE("many that lock in one order are never reported, however they contend") {
    told_everywhere([](Told& told) {
        Mutex outer("outer");
        RWMutex middle("middle");
        Mutex inner("inner");
        long sum = 0;
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&, k] {
                    for (int i = 0; i < 100; ++i) {
                        std::unique_lock first(outer, std::defer_lock);
                        if ((i + k) % 3 != 0) first.lock();
                        if ((i + k) % 2 != 0) {
                            const std::shared_lock second(middle);
                            const std::lock_guard third(inner);
                            ++sum;
                        } else {
                            const std::lock_guard second(middle);
                            const std::lock_guard third(inner);
                            if (i % 16 == 0) yield();
                            ++sum;
                        }
                    }
                });
        });
        CHECK(sum == 800);
        CHECK(told.count() == 0);
    });
}

TEST_CASE("a parent that joins with a lock that its children do not want is not reported") {
    told_everywhere([](Told& told) {
        Mutex plan("plan");
        Mutex other("other");
        int count = 0;
        for (int round = 0; round < 20; ++round) {
            const std::lock_guard held(plan);
            scope([&](Scope& s) {
                for (int k = 0; k < 4; ++k)
                    s.go([&] {
                        const std::lock_guard mine(other);
                        yield();
                        ++count;
                    });
            });
        }
        CHECK(count == 80);
        CHECK(told.count() == 0);
    });
}

TEST_CASE(
    "waiting for a lock whose holder waits for a value is not reported, as a value can come") {
    told_everywhere([](Told& told) {
        Mutex plan("plan");
        auto [tx, rx] = channel<int>();
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go([&] {
                const std::lock_guard held(plan);
                CHECK(rx.recv() == 1);
            });
            s.go([&] { const std::lock_guard mine(plan); });
            yield();
            CHECK(tx.send(1));
        });
        CHECK(told.count() == 0);
    });
}

TEST_CASE("a circle that an earlier cancel opens is none: the cancelled wait is what is told of") {
    told_for_each_seed([](Told& told) {
        Mutex patient("patient");
        Mutex trial("trial");
        scope([&](Scope& s) {
            s.go("update", [&] {
                const std::lock_guard first(patient);
                sleep(1ms);
                const std::lock_guard second(trial);
            });
            s.go("enrol", [&] {
                const std::lock_guard first(trial);
                sleep(2ms);
                scope([&](Scope& inner) {
                    inner.cancel();
                    const std::lock_guard second(patient);
                });
            });
        });
        CHECK(told.count() == 0);
    });
}

TEST_CASE("whoever is cancelled while all wait is let out, and nothing is reported meanwhile") {
    told_for_each_worker_count([](Told& told) {
        Mutex patient("patient");
        for (int round = 0; round < 50; ++round) {
            const std::lock_guard held(patient);
            scope([&](Scope& s) {
                for (int k = 0; k < 4; ++k) s.go([&] { const std::lock_guard mine(patient); });
                s.cancel();
            });
        }
        CHECK(told.count() == 0);
    });
}

TEST_CASE("what was refused leaves its locks usable, and the same circle is refused again") {
    told_for_each_worker_count([](Told& told) {
        Mutex a("a");
        Mutex b("b");
        std::atomic<int> served{0};
        std::atomic<int> refusals{0};
        const auto work = [&](Mutex& first, Mutex& second) {
            for (int i = 0; i < 200;) {
                refusals += refused([&] {
                    const std::lock_guard one(first);
                    yield();
                    const std::lock_guard two(second);
                    ++served;
                    ++i;
                });
            }
        };
        scope([&](Scope& s) {
            s.go([&] { work(a, b); });
            s.go([&] { work(b, a); });
        });
        CHECK(served == 400);
        CHECK(told.count() == static_cast<std::size_t>(refusals.load()));
        CHECK(a.try_lock());
        CHECK(b.try_lock());
        a.unlock();
        b.unlock();
    });
}

}  // namespace weft
