// SPDX-License-Identifier: Apache-2.0
#include "weft/event.h"

#include <atomic>
#include <csignal>
#include <memory>
#include <thread>

#include "weft/context.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {

TEST_CASE("set lets everybody go on who waits, and who comes later") {
    test::everywhere([] {
        Event event;
        int written = 0;
        std::atomic<int> through{0};
        scope([&](Scope& s) {
            for (int k = 0; k < 8; ++k)
                s.go([&] {
                    event.wait();
                    CHECK(written == 1);
                    ++through;
                });
            yield();
            CHECK(through == 0);
            written = 1;
            event.set();
            event.set();
        });
        CHECK(through == 8);
        CHECK(event.is_set());
        event.wait();
    });
}

TEST_CASE("after reset who comes waits again, and who was let go on is not held back") {
    test::everywhere([] {
        Event event;
        std::atomic<int> first = 0;
        std::atomic<int> second = 0;
        scope([&](Scope& s) {
            s.go([&] {
                event.wait();
                ++first;
            });
            test::until_waiting(1, "event");
            event.set();
            event.reset();
            s.go([&] {
                event.wait();
                ++second;
            });
            test::yield_until([&] { return first == 1; });
            test::until_waiting(1, "event");
            CHECK(second == 0);
            event.set();
        });
        CHECK(second == 1);
    });
}

TEST_CASE("a waiter may destroy the event as soon as its wait has returned") {
    test::everywhere([] {
        for (int i = 0; i < 50; ++i)
            scope([&](Scope& s) {
                auto* event = new Event;
                s.go([event] { event->set(); });
                event->wait();
                delete event;
            });
    });
}

TEST_CASE("a cancelled wait ends, and the others still hear of it") {
    test::everywhere([] {
        Event event;
        bool heard = false;
        scope([&](Scope& s) {
            s.go([&] {
                event.wait();
                heard = true;
            });
            const auto ended = timeout(1ms, [&] { event.wait(); });
            CHECK_FALSE(ended);
            event.set();
        });
        CHECK(heard);
    });
}

TEST_CASE("a plain thread can set an event for a goroutine, and wait for one") {
    Event to_goroutine;
    Event to_thread;
    std::thread other([&] {
        to_goroutine.set();
        to_thread.wait();
    });
    CHECK(run([&] {
              to_goroutine.wait();
              to_thread.set();
          }) == 0);
    other.join();
}

TEST_CASE("destroying an event that somebody waits for is reported") {
    const auto end = test::in_child([] {
        return sim::run(1, [] {
            auto event = std::make_unique<Event>();
            scope([&](Scope& s) {
                s.go([&e = *event] { e.wait(); });
                sleep(1ms);
                event.reset();
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("an Event was destroyed while somebody waits for it"));
}

}  // namespace weft
