// SPDX-License-Identifier: Apache-2.0
#include "weft/run.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "weft/blocking.h"
#include "weft/cancelled.h"
#include "weft/detail/park.h"
#include "weft/detail/spawn.h"
#include "weft/detail/spin_lock.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "runtime/src/fiber.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Options with_workers(unsigned n) {
    Options options;
    options.workers = n;
    return options;
}

// Waits for n signals by the bare protocol.
struct Countdown {
    detail::SpinLock lock;
    int left;
    detail::Ticket waiter;
    bool waiting = false;
    explicit Countdown(int n) : left(n) {}
    static void unlock(void* lock) noexcept { static_cast<detail::SpinLock*>(lock)->unlock(); }
    void one() {
        lock.lock();
        const bool last = --left == 0 && waiting;
        const detail::Ticket ticket = waiter;
        lock.unlock();
        if (last && detail::claim(ticket)) detail::ready(ticket.goroutine);
    }
    void wait() {
        lock.lock();
        if (left == 0) return lock.unlock();
        waiter = detail::arm({detail::WaitKind::wait_group, this, "countdown", {}});
        waiting = true;
        detail::park(&unlock, &lock);
    }
};

}  // namespace

TEST_CASE("run returns what main returns") {
    CHECK(run([] { return 7; }) == 7);
    CHECK(run([] {}) == 0);
}

TEST_CASE("an exception of main comes out of run") {
    CHECK_THROWS_AS(run([] { throw std::runtime_error("x"); }), std::runtime_error);
}

TEST_CASE("every spawned goroutine runs exactly once, on 1, 2 and 4 workers") {
    for (unsigned workers : {1U, 2U, 4U}) {
        const int n = detail::thread_sanitizer ? 1'000 : 20'000;
        std::atomic<int> ran{0};
        run(with_workers(workers), [&] {
            Countdown done(n);
            for (int i = 0; i < n; ++i)
                detail::spawn({}, [&] {
                    ran.fetch_add(1);
                    done.one();
                });
            done.wait();
        });
        CHECK(ran == n);
    }
}

TEST_CASE("goroutines that yield all make progress on one worker") {
    run(with_workers(1), [] {
        std::vector<int> counts(5);
        Countdown done(5);
        for (int& count : counts)
            detail::spawn({}, [&] {
                for (int i = 0; i < 100; ++i) {
                    ++count;
                    yield();
                }
                done.one();
            });
        done.wait();
        for (int count : counts) CHECK(count == 100);
    });
}

TEST_CASE("sleepers wake in the order of their times") {
    sim::run(1, [] {
        std::vector<int> order;
        Countdown done(3);
        for (int ms : {30, 10, 20})
            detail::spawn({}, [&, ms] {
                sleep(std::chrono::milliseconds(ms));
                order.push_back(ms);
                done.one();
            });
        done.wait();
        CHECK(order == std::vector<int>{10, 20, 30});
    });
}

TEST_CASE("in the simulator an hour of sleep takes no time and the clock has moved an hour") {
    const auto before = std::chrono::steady_clock::now();
    sim::run(1, [] {
        const auto start = Clock::now();
        sleep(1h);
        CHECK(Clock::now() - start == 1h);
    });
    CHECK(std::chrono::steady_clock::now() - before < 30min);
}

TEST_CASE("the same seed gives the same schedule, and seeds differ") {
    auto schedule = [](std::uint64_t seed) {
        std::string order;
        sim::run(seed, [&] {
            Countdown done(6);
            for (char c = 'a'; c < 'g'; ++c)
                detail::spawn({}, [&, c] {
                    for (int i = 0; i < 4; ++i) {
                        order += c;
                        yield();
                    }
                    done.one();
                });
            done.wait();
        });
        return order;
    };
    CHECK(schedule(3) == schedule(3));
    CHECK(schedule(3) != schedule(4));
}

TEST_CASE("blocking runs on another thread and gives the value or the exception back") {
    run(with_workers(2), [] {
        const auto here = std::this_thread::get_id();
        CHECK(blocking("id", [&] { return std::this_thread::get_id() != here; }));
        CHECK_THROWS_AS(blocking("throws", []() -> int { throw std::logic_error("no"); }),
                        std::logic_error);
        CHECK(blocking("move-only", [] { return std::make_unique<int>(4); }).get() != nullptr);
    });
}

TEST_CASE("a pinned thread runs its calls in order on one and the same thread") {
    run(with_workers(2), [] {
        PinnedThread pinned("store");
        const auto first = pinned.call([] { return std::this_thread::get_id(); });
        for (int i = 0; i < 100; ++i)
            CHECK(pinned.call([] { return std::this_thread::get_id(); }) == first);
    });
}

TEST_CASE("a plain thread wakes a goroutine, and a goroutine wakes a plain thread") {
    run(with_workers(2), [] {
        Countdown ping(1);
        Countdown pong(1);
        std::thread thread([&] {
            ping.wait();
            pong.one();
        });
        ping.one();
        pong.wait();
        thread.join();
    });
}

TEST_CASE("when every goroutine is asleep for ever the report names each with its wait" *
          doctest::skip(test::emulated())) {
    for (unsigned workers : {1U, 2U}) {
        Options options = with_workers(workers);
        std::string text;
        options.on_deadlock = [&](const std::string& report) { text = report; };
        const int code = run(options, [] {
            detail::spawn({.name = "reminder-push"}, [] {
                Countdown never(1);
                never.wait();
            });
            Countdown never(1);
            never.wait();
        });
        CHECK(code == 2);
        CHECK(text.find("PROVEN deadlock") != std::string::npos);
        CHECK(text.find("\"reminder-push\" [wait group \"countdown\"") != std::string::npos);
        CHECK(text.find("\"main\" [wait group") != std::string::npos);
        CHECK(text.find("run_test.cpp") != std::string::npos);
    }
}

TEST_CASE("detached goroutines that outlive the grace are reported and fail the run") {
    Options options = with_workers(1);
    options.grace = 1ms;
    CHECK(run(options, [] { detail::spawn({.name = "ghost"}, [] { sleep(1h); }); }) == 1);
}

TEST_CASE("an exception in flight belongs to its goroutine across parks") {
    run(with_workers(1), [] {
        Countdown done(2);
        for (int i = 0; i < 2; ++i)
            detail::spawn({}, [&, i] {
                try {
                    throw i;
                } catch (int) {
                    for (int k = 0; k < 10; ++k) yield();
                    try {
                        throw;
                    } catch (int again) {
                        CHECK(again == i);
                    }
                }
                CHECK(std::uncaught_exceptions() == 0);
                done.one();
            });
        done.wait();
    });
}

// The window is some nanoseconds that only a preemption opens: with the queues looked at first this
// was not seen to fail in 160,000 calls. It guards the lock against waiting for itself above all.
TEST_CASE("a call that returns while the last worker falls asleep is never taken for a deadlock") {
    for (const unsigned workers : {1U, 2U}) {
        CAPTURE(workers);
        // Read after the run: a deadlock that is said ends it with 2.
        const int code =
            weft::run({.workers = workers, .on_deadlock = [](const std::string&) {}}, [] {
                PinnedThread pinned("pinned");
                for (int i = 0; i < 10'000; ++i) {
                    blocking("return at once", [] {});
                    pinned.call([] {});
                }
            });
        CHECK(code == 0);
    }
}

}  // namespace weft
