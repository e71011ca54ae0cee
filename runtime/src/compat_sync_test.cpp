// SPDX-License-Identifier: Apache-2.0
// Go's rules for package sync and for the go statement, on the compat layer.
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/compat/mutex.h"
#include "weft/compat/once.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft::compat {

// --- WaitGroup -----------------------------------------------------------------------------------

TEST_CASE("compat: WaitGroup::wait returns at zero and not before") {
    test::everywhere([] {
        WaitGroup group;
        group.wait();
        int plain = 0;  // ThreadSanitizer sees whether done() happens before wait() returns
        group.add(1);
        go("worker", [&] {
            weft::yield();
            plain = 1;
            group.done();
        });
        group.wait();
        CHECK(plain == 1);
    });
}

TEST_CASE("compat: all waiters of a WaitGroup go on, and add may count by several") {
    test::everywhere([] {
        WaitGroup group;
        WaitGroup waiters;
        std::atomic<int> done{0};
        group.add(3);
        for (int i = 0; i < 4; ++i)
            waiters.go("waiter", [&] {
                group.wait();
                CHECK(done == 3);
            });
        for (int i = 0; i < 3; ++i)
            go("worker", [&] {
                ++done;
                group.done();
            });
        waiters.wait();
    });
}

TEST_CASE("compat: a WaitGroup serves round after round") {
    test::everywhere([] {
        WaitGroup group;
        std::atomic<int> count{0};
        for (int round = 1; round <= 20; ++round) {
            for (int i = 0; i < 3; ++i) group.go("worker", [&] { ++count; });
            group.wait();
            CHECK(count == 3 * round);
        }
    });
}

TEST_CASE("compat: a WaitGroup's counter below zero panics and stays") {
    test::everywhere([] {
        WaitGroup group("reports");
        CHECK_THROWS_AS(group.done(), Panic);
        group.add(1);
        CHECK_THROWS_AS(group.add(-2), Panic);
        group.done();
        group.wait();
    });
}

TEST_CASE("compat: WaitGroup::go counts down also when its function throws") {
    const auto end = test::in_child([] {
        return weft::run([] {
            WaitGroup group;
            group.go("collector", [] { make_chan<int>(0, "results").close(); });
            group.wait();
            group.go("collector", [] { Chan<int>().close(); });
            group.wait();
            weft::sleep(1h);
        });
    });
    CHECK(end.died());
    CHECK(end.said("an exception left the detached goroutine \"collector\": close of nil channel"));
}

TEST_CASE("compat: the add inside the goroutine, after wait, is reported once for each call") {
    std::vector<weft::Report> told;
    weft::Options options;
    options.on_report = [&told](const weft::Report& report) { told.push_back(report); };
    const auto add_too_late = [&told] {
        told.clear();
        for (int i = 0; i < 3; ++i) {
            WaitGroup group("exports");
            WaitGroup ended;
            group.wait();  // nothing counted yet: the mistake has happened
            ended.go("export", [&] {
                group.add(1);
                group.done();
            });
            ended.wait();
            group.wait();
        }
        REQUIRE(told.size() == 1);
        CHECK(told[0].certainty == weft::Certainty::smell);
        CHECK(told[0].finding == weft::Finding::late_add);
        CHECK(told[0].goroutines.at(0).name == "export");
        CHECK(told[0].sentence.find(" adds to wait group \"exports\" (") != std::string::npos);
    };
    test::everywhere(add_too_late, options);
}

TEST_CASE(
    "compat: an add before the wait, or by who has waited for nothing itself, is as it should be") {
    std::vector<weft::Report> told;
    weft::Options options;
    options.workers = 1;
    options.on_report = [&told](const weft::Report& report) { told.push_back(report); };
    CHECK(weft::run(options, [] {
              WaitGroup group("exports");
              group.wait();
              group.go("first", [] {});
              group.wait();
              group.wait();
              WaitGroup second("reports");
              second.go("second", [&] {
                  second.add(1);  // it is counted itself
                  second.done();
              });
              second.wait();
          }) == 0);
    CHECK(told.empty());
}

TEST_CASE("compat: a WaitGroup that is destroyed while it counts is a contract breach") {
    const auto end = test::in_child([] {
        return weft::run([] {
            WaitGroup group;
            group.add(1);
        });
    });
    CHECK(end.died());
    CHECK(end.said("a WaitGroup was destroyed while it counted"));
}

TEST_CASE("compat: a cancelled wait leaves the WaitGroup as it was") {
    test::everywhere([] {
        WaitGroup group;
        group.add(1);
        CHECK_FALSE(weft::timeout(1ms, [&] { group.wait(); }));
        group.done();
        group.wait();
    });
}

// --- Once ----------------------------------------------------------------------------------------

TEST_CASE("compat: Once runs one function once, and everybody waits for its end") {
    test::everywhere([] {
        Once once;
        WaitGroup group;
        int runs = 0;
        for (int i = 0; i < 10; ++i)
            group.go("user", [&] {
                once.call([&] {
                    weft::yield();
                    ++runs;
                });
                CHECK(runs == 1);
            });
        group.wait();
        once.call([] { FAIL_CHECK("another function ran"); });
    });
}

TEST_CASE("compat: a function that throws has been run; only its caller hears of it") {
    test::everywhere([] {
        Once once;
        WaitGroup group;
        std::atomic<int> heard{0};
        for (int i = 0; i < 5; ++i)
            group.go("user", [&] {
                try {
                    once.call([] {
                        weft::yield();
                        throw std::string("no database");
                    });
                } catch (const std::string&) {
                    ++heard;
                }
            });
        group.wait();
        CHECK(heard == 1);
        once.call([] { FAIL_CHECK("a second try"); });
    });
}

TEST_CASE("compat: a Once called from inside its own function is a contract breach") {
    const auto end = test::in_child([] {
        return weft::run([] {
            Once once;
            once.call([&] { once.call([] {}); });
        });
    });
    CHECK(end.died());
    CHECK(end.said("would wait for itself"));
}

TEST_CASE("compat: once_value gives one object to all; what its function throws, to all as well") {
    test::everywhere([] {
        int made = 0;
        const auto table = once_value([&] {
            weft::yield();
            return std::vector<int>(3, ++made);
        });
        WaitGroup group;
        for (int i = 0; i < 5; ++i)
            group.go("user", [&, table] { CHECK(table() == std::vector<int>{1, 1, 1}); });
        group.wait();
        CHECK(&table() == &table());
        int tried = 0;
        const auto failing = once_func([&] {
            ++tried;
            throw std::string("no");
        });
        CHECK_THROWS_AS(failing(), std::string);
        CHECK_THROWS_AS(failing(), std::string);
        CHECK(tried == 1);
    });
}

// --- Mutex and RWMutex ---------------------------------------------------------------------------

TEST_CASE("compat: a Mutex admits one at a time, and try_lock only when it is free") {
    test::everywhere([] {
        Mutex mutex;
        int plain = 0;
        WaitGroup group;
        for (int i = 0; i < 4; ++i)
            group.go("worker", [&] {
                for (int k = 0; k < 25; ++k) {
                    mutex.lock();
                    const int before = plain;
                    weft::yield();
                    plain = before + 1;
                    mutex.unlock();
                }
            });
        group.wait();
        CHECK(plain == 100);
        CHECK(mutex.try_lock());
        group.go("other", [&] { CHECK_FALSE(mutex.try_lock()); });
        group.wait();
        mutex.unlock();
    });
}

TEST_CASE("compat: unlocking a Mutex that nobody or somebody else holds is a contract breach") {
    const auto unlocked = test::in_child([] {
        return weft::run([] {
            Mutex mutex("quota");
            mutex.unlock();
        });
    });
    CHECK(unlocked.died());
    CHECK(unlocked.said("a Mutex was unlocked by a goroutine that does not hold it: \"quota\""));
}

TEST_CASE("compat: readers share an RWMutex, a writer has it alone, its RLocker reads") {
    test::everywhere([] {
        RWMutex status;
        WaitGroup group;
        status.rlock();
        group.go("reader", [&] {
            CHECK(status.try_rlock());
            CHECK_FALSE(status.try_lock());
            status.runlock();
        });
        group.wait();
        status.runlock();
        status.lock();
        group.go("reader", [&] { CHECK_FALSE(status.try_rlock()); });
        group.wait();
        status.unlock();
        RWMutex::RLocker reading = status.rlocker();
        const std::lock_guard guard(reading);
        group.go("reader", [&] {
            CHECK(status.try_rlock());
            status.runlock();
        });
        group.wait();
    });
}

TEST_CASE("compat: a writer that waits stops new readers, and gets in when the old have left") {
    test::everywhere([] {
        RWMutex status;
        WaitGroup group;
        std::atomic<bool> written = false;
        status.rlock();
        group.go("writer", [&] {
            status.lock();
            written = true;
            status.unlock();
        });
        test::until_waiting(1, "write lock");
        CHECK_FALSE(status.try_rlock());
        group.go("late reader", [&] {
            status.rlock();
            CHECK(written);
            status.runlock();
        });
        test::until_waiting(1, "read lock");
        CHECK_FALSE(written);
        status.runlock();
        group.wait();
    });
}

// --- go and the end of the program ---------------------------------------------------------------

TEST_CASE("compat: the program ends with main and its code, and lists who was left waiting") {
    const auto end = test::in_child([] {
        return run([] {
            const auto never = make_chan<int>(0, "reminders");
            go("reminder sender", [never] { (void)never.recv(); });
            weft::yield();
            return 7;
        });
    });
    CHECK(end.exit_code == 7);
    CHECK(end.said("goroutines were left behind"));
    CHECK(end.said("\"reminder sender\" [receive \"reminders\""));
}

TEST_CASE("compat: a program whose goroutines have ended says nothing") {
    const auto end = test::in_child([] {
        return run([] {
            WaitGroup group;
            for (int i = 0; i < 20; ++i) group.go("worker", [] { weft::yield(); });
            group.wait();
        });
    });
    CHECK(end.exit_code == 0);
    CHECK_FALSE(end.said("weft:"));
}

TEST_CASE("compat: a panic that nobody recovers ends the process and names the goroutine") {
    const auto end = test::in_child([] {
        return run([] {
            const auto results = make_chan<int>(0, "results");
            results.close();
            go("collector", [results] { results.send(1); });
            weft::sleep(1h);
        });
    });
    CHECK(end.died());
    CHECK(
        end.said("left the detached goroutine \"collector\": send on closed channel \"results\""));
}

TEST_CASE("compat: goroutines that nobody owns have no deadline of who started them") {
    test::everywhere([] {
        WaitGroup group;
        const auto limit = weft::Clock::now() + 1ms;
        CHECK(weft::deadline(
            limit, [&] { group.go("batch", [limit] { weft::sleep_until(limit + 1ms); }); }));
        group.wait();
    });
}

}  // namespace weft::compat
