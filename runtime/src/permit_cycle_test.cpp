// SPDX-License-Identifier: Apache-2.0
// Circles of waits that go through permits: each is told of at the call that closes it, and the
// wait begins all the same.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/explore.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/sim.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "tests/support/goroutines.h"
#include "tests/support/stuck.h"
#include "tests/support/test.h"
#include "tests/support/told.h"

using namespace std::chrono_literals;
using test::refused;
using test::says;
using test::Told;
using test::told_everywhere;
using test::told_for_each_seed;
using test::until_waits;

namespace weft {
namespace {

// Runs `hangs` as "job" until something has been said, and calls it off.
template <class Hangs>
void hang_until_told(const Told& told, Hangs hangs) {
    (void)cancellable([&](CancelHandle& handle) {
        scope([&](Scope& s) {
            s.go("job", hangs);
            while (told.count() == 0) yield();
            handle.cancel();
        });
    });
}

// What was told, which is one such report.
Report only_likely(const Told& told, Finding finding) {
    const auto all = told.all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].certainty == Certainty::likely);
    CHECK(all[0].finding == finding);
    return all[0];
}

}  // namespace

TEST_CASE("who has the only permit and asks for another is told of at the call, and can be ended") {
    told_everywhere([](Told& told) {
        Semaphore scanners(1, "scanners");
        hang_until_told(told, [&] {
            const auto for_visit = scanners.acquire();
            const auto for_report = scanners.acquire();
        });
        const Report report = only_likely(told, Finding::wait_cycle);
        CHECK(report.goroutines.size() == 1);
        CHECK(says(report, "\"job\" waits for semaphore \"scanners\" ("));
        CHECK(says(report, "), a permit of which it has itself"));
        CHECK(scanners.available() == 1);
    });
}

TEST_CASE("two that have one of two permits each and want a second are told of when both wait") {
    told_everywhere([](Told& told) {
        Semaphore rooms(2, "rooms");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                for (const char* name : {"first", "second"})
                    s.go(name, [&] {
                        const auto one = rooms.acquire();
                        while (rooms.available() > 0) yield();
                        const auto other = rooms.acquire();
                    });
            });
        });
        const Report report = only_likely(told, Finding::wait_cycle);
        REQUIRE(report.goroutines.size() == 2);
        CHECK(report.goroutines[0].name != report.goroutines[1].name);
        CHECK(says(report, "; another is with goroutine "));
        CHECK(says(report, ", which waits for semaphore \"rooms\" ("));
    });
}

TEST_CASE("a permit and a lock in two orders: the wait for the lock that comes last is told of") {
    told_everywhere([](Told& told) {
        Semaphore beds(1, "beds");
        Mutex ward("ward");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                s.go("admit", [&] {
                    const auto bed = beds.acquire();
                    until_waits("move", "semaphore");
                    const std::lock_guard locked(ward);
                });
                s.go("move", [&] {
                    while (beds.available() > 0) yield();
                    const std::lock_guard locked(ward);
                    const auto bed = beds.acquire();
                });
            });
        });
        const Report report = only_likely(told, Finding::lock_cycle);
        CHECK(says(report, "\"admit\" waits to lock mutex \"ward\" ("));
        CHECK(says(report, "\"move\", which waits for semaphore \"beds\" ("));
        CHECK(says(report, "), a permit of which is with goroutine "));
    });
}

TEST_CASE("a permit and a lock in two orders: the wait for the permit that comes last is told of") {
    told_everywhere([](Told& told) {
        Semaphore beds(1, "beds");
        Mutex ward("ward");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                s.go("move", [&] {
                    const std::lock_guard locked(ward);
                    s.go("admit", [&] {
                        const auto bed = beds.acquire();
                        const std::lock_guard mine(ward);
                    });
                    until_waits("admit", "mutex");
                    const auto bed = beds.acquire();
                });
            });
        });
        const Report report = only_likely(told, Finding::lock_cycle);
        CHECK(says(report, "\"move\" waits for semaphore \"beds\" ("));
        CHECK(says(report, "\"admit\", which waits to lock mutex \"ward\" ("));
    });
}

TEST_CASE("a circle through five semaphores is told of at the call that closes it") {
    told_everywhere([](Told& told) {
        constexpr std::size_t n = 5;
        std::array<Semaphore, n> forks{Semaphore(1, "fork"), Semaphore(1, "fork"),
                                       Semaphore(1, "fork"), Semaphore(1, "fork"),
                                       Semaphore(1, "fork")};
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                for (std::size_t i = 0; i < n; ++i)
                    s.go([&, i] {
                        const auto left = forks[i].acquire();
                        for (const auto& fork : forks)
                            while (fork.available() > 0) yield();
                        const auto right = forks[(i + 1) % n].acquire();
                    });
            });
        });
        CHECK(only_likely(told, Finding::wait_cycle).goroutines.size() == n);
    });
}

TEST_CASE("a child that wants the permit which its parent has while it joins is told of") {
    told_everywhere([](Told& told) {
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            const auto line = lines.acquire();
            scope([&](Scope& s) {
                s.go("child", [&] {
                    until_waits("job", "join");
                    const auto mine = lines.acquire();
                });
            });
        });
        const Report report = only_likely(told, Finding::wait_cycle);
        CHECK(report.goroutines.at(0).name == "child");
        CHECK(report.goroutines.at(1).name == "job");
    });
}

TEST_CASE("a scope that ends while a child waits for a permit of its opener is told of") {
    told_for_each_seed([](Told& told) {
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            const auto line = lines.acquire();
            scope([&](Scope& s) {
                s.go("child", [&] { const auto mine = lines.acquire(); });
                until_waits("child", "semaphore");
            });
        });
        const Report report = only_likely(told, Finding::wait_cycle);
        CHECK(report.goroutines.at(0).name == "job");
    });
}

TEST_CASE("joining a task, or a group, one of which waits for a permit of the joiner is told of") {
    told_for_each_seed([](Told& told) {
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            const auto line = lines.acquire();
            scope([&](Scope& s) {
                auto task = s.go("child", [&] { const auto mine = lines.acquire(); });
                until_waits("child", "semaphore");
                task.join();
            });
        });
        CHECK(says(only_likely(told, Finding::wait_cycle), "\"job\" waits to join"));
    });
    told_for_each_seed([](Told& told) {
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            WaitGroup calls("calls");
            const auto line = lines.acquire();
            calls.go("child", [&] { const auto mine = lines.acquire(); });
            until_waits("child", "semaphore");
            calls.wait();
        });
        CHECK(says(only_likely(told, Finding::wait_cycle), "waits for wait group \"calls\""));
    });
}

TEST_CASE("a Once whose function wants a permit that a caller of the Once has is told of") {
    told_for_each_seed([](Told& told) {
        Once once("terminology");
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                s.go("caller", [&] {
                    const auto line = lines.acquire();
                    until_waits("first", "semaphore");
                    once.call([] {});
                });
                s.go("first", [&] {
                    while (lines.available() > 0) yield();
                    once.call([&] { const auto mine = lines.acquire(); });
                });
            });
        });
        CHECK(says(only_likely(told, Finding::wait_cycle), "waits for once \"terminology\""));
    });
}

TEST_CASE("a writer that waits for a reader who waits for the writer's permit is told of") {
    told_for_each_seed([](Told& told) {
        RWMutex records("records");
        Semaphore lines(1, "phone lines");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                s.go("writer", [&] {
                    const auto line = lines.acquire();
                    until_waits("reader", "semaphore");
                    const std::lock_guard writing(records);
                });
                s.go("reader", [&] {
                    while (lines.available() > 0) yield();
                    const std::shared_lock reading(records);
                    const auto line = lines.acquire();
                });
            });
        });
        CHECK(says(only_likely(told, Finding::lock_cycle), "held for reading by goroutine "));
    });
}

TEST_CASE("who wants more permits than others will ever give back is told of") {
    told_everywhere([](Told& told) {
        Semaphore units(10, "units");
        Mutex stock("stock");
        hang_until_told(told, [&] {
            scope([&](Scope& s) {
                s.go("small", [&] {
                    const auto some = units.acquire(3);
                    until_waits("large", "semaphore");
                    const std::lock_guard locked(stock);
                });
                s.go("large", [&] {
                    while (units.available() == 10) yield();
                    const std::lock_guard locked(stock);
                    const auto many = units.acquire(8);  // seven are free
                });
            });
        });
        CHECK(says(only_likely(told, Finding::lock_cycle), "waits for semaphore \"units\" ("));
    });
}

TEST_CASE("a permit that was moved counts where it lies, not where it was taken") {
    told_everywhere([](Told& told) {
        Semaphore beds(1, "beds");
        Mutex ward("ward");
        hang_until_told(told, [&] {
            std::optional<Semaphore::Permit> bed = beds.acquire();
            scope([&](Scope& s) {
                s.go("move", [&, bed = std::move(*bed)]() mutable {
                    const Semaphore::Permit mine = std::move(bed);
                    until_waits("admit", "semaphore");
                    const std::lock_guard locked(ward);
                });
                bed.reset();
                s.go("admit", [&] {
                    const std::lock_guard locked(ward);
                    const auto mine = beds.acquire();
                });
            });
        });
        const Report report = only_likely(told, Finding::lock_cycle);
        CHECK(says(report, "\"move\" waits to lock mutex \"ward\" ("));
        CHECK(report.goroutines.size() == 2);
    });
}

TEST_CASE(
    "a circle through a permit that a deadline will open is told of, and the deadline comes") {
    told_for_each_seed([](Told& told) {
        Semaphore scanners(1, "scanners");
        bool late = false;
        scope([&](Scope& s) {
            s.go([&] {
                const auto first = scanners.acquire();
                late = !timeout(1h, [&] { const auto second = scanners.acquire(); });
            });
        });
        CHECK(late);
        (void)only_likely(told, Finding::wait_cycle);
    });
}

TEST_CASE("the same line is told of once, however often it waits for itself") {
    told_for_each_seed([](Told& told) {
        Semaphore scanners(1, "scanners");
        for (int i = 0; i < 3; ++i) {
            const auto first = scanners.acquire();
            (void)timeout(1s, [&] { const auto second = scanners.acquire(); });
        }
        CHECK(told.count() == 1);
    });
}

TEST_CASE("where a program wants it, whoever closes a circle through permits is refused") {
    const auto body = [] {
        Semaphore beds(1, "beds");
        Mutex ward("ward");
        std::atomic<int> refusals{0};
        scope([&](Scope& s) {
            s.go("admit", [&] {
                const auto bed = beds.acquire();
                refusals += refused([&] { const std::lock_guard locked(ward); });
            });
            s.go("move", [&] {
                const std::lock_guard locked(ward);
                refusals += refused([&] { const auto bed = beds.acquire(); });
            });
        });
        if (refusals > 1 || beds.available() != 1) throw std::runtime_error("both were refused");
    };
    sim::ExploreOptions options{.strategy = sim::Dfs{2}, .iterations = 300};
    options.run.reactions.likely = Action::throw_error;
    const auto explored = sim::explore(options, body);
    CHECK(explored.ok());
}

}  // namespace weft
