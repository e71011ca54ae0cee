// SPDX-License-Identifier: Apache-2.0
// Conditions and events: a signal that comes too early, to too few, or never.
#include <array>
#include <mutex>
#include <utility>
#include <vector>

#include "weft/compat/mutex.h"
#include "weft/compat/wait_group.h"
#include "weft/cond.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

struct Queue {
    weft::Mutex mutex{"visit queue"};
    weft::Cond changed{"visit queue changed"};
    std::vector<int> visits;
    bool closed = false;
};

// The signal comes before the wait, which does not look whether there is anything to wait for.
template <class Wait>
void signal_then_wait(Wait wait) {
    Queue queue;
    weft::scope([&](weft::Scope& s) {
        s.go("planner", [&] {
            const std::lock_guard locked(queue.mutex);
            queue.visits.push_back(1);
            queue.changed.signal();
        });
        s.go("nurse", [&] {
            weft::sleep(5ms);
            std::unique_lock locked(queue.mutex);
            wait(queue, locked);
        });
    });
}
void lost_signal_wrong() {
    signal_then_wait(
        [](Queue& queue, std::unique_lock<weft::Mutex>& locked) { queue.changed.wait(locked); });
}
void lost_signal_right() {
    signal_then_wait([](Queue& queue, std::unique_lock<weft::Mutex>& locked) {
        queue.changed.wait(locked, [&] { return !queue.visits.empty(); });
    });
}

// Two wait for the end, and one signal is given.
template <class Close>
void close_queue(Close close) {
    Queue queue;
    weft::scope([&](weft::Scope& s) {
        for (int nurse = 0; nurse < 2; ++nurse)
            s.go("nurse", [&] {
                std::unique_lock locked(queue.mutex);
                queue.changed.wait(locked, [&] { return queue.closed; });
            });
        weft::sleep(5ms);
        const std::lock_guard locked(queue.mutex);
        queue.closed = true;
        close(queue);
    });
}
void signal_for_broadcast_wrong() {
    close_queue([](Queue& queue) { queue.changed.signal(); });
}
void signal_for_broadcast_right() {
    close_queue([](Queue& queue) { queue.changed.broadcast(); });
}

// The state is changed and nobody is told.
void signal_forgotten_wrong() {
    close_queue([](Queue&) {});
}
void signal_forgotten_right() {
    close_queue([](Queue& queue) { queue.changed.broadcast(); });
}

// The wait lets go of the inner lock, and keeps the outer one that the signaller needs.
template <class Take>
void take_visit(Take take) {
    weft::Mutex ward("ward");
    Queue queue;
    weft::scope([&](weft::Scope& s) {
        s.go("nurse", [&] { take(ward, queue); });
        s.go("planner", [&] {
            weft::sleep(5ms);
            const std::lock_guard outer(ward);
            const std::lock_guard locked(queue.mutex);
            queue.visits.push_back(1);
            queue.changed.signal();
        });
    });
}
void nested_monitor_wrong() {
    take_visit([](weft::Mutex& ward, Queue& queue) {
        const std::lock_guard outer(ward);
        std::unique_lock locked(queue.mutex);
        queue.changed.wait(locked, [&] { return !queue.visits.empty(); });
    });
}
void nested_monitor_right() {
    take_visit([](weft::Mutex& ward, Queue& queue) {
        {
            const std::lock_guard outer(ward);
        }
        std::unique_lock locked(queue.mutex);
        queue.changed.wait(locked, [&] { return !queue.visits.empty(); });
    });
}

// One condition for two meanings: the signal for the taker wakes another maker.
struct OnePlace {
    weft::Mutex mutex{"sample rack"};
    weft::Cond changed{"sample rack changed"};
    int samples = 0;

    template <class Tell>
    void put(Tell tell) {
        std::unique_lock locked(mutex);
        changed.wait(locked, [&] { return samples == 0; });
        ++samples;
        weft::sleep(2ms);  // labels it
        tell(changed);
    }
    template <class Tell>
    void take(Tell tell) {
        std::unique_lock locked(mutex);
        changed.wait(locked, [&] { return samples == 1; });
        --samples;
        tell(changed);
    }
};
template <class Tell>
void fill_and_empty(Tell tell) {
    OnePlace rack;
    weft::scope([&](weft::Scope& s) {
        s.go("lab one", [&] { rack.take(tell); });
        weft::sleep(2ms);
        s.go("lab two", [&] { rack.take(tell); });
        weft::sleep(2ms);
        s.go("ward one", [&] { rack.put(tell); });
        s.go("ward two", [&] { rack.put(tell); });
    });
}
void one_cond_for_two_wrong() {
    fill_and_empty([](weft::Cond& changed) { changed.signal(); });
}
void one_cond_for_two_right() {
    fill_and_empty([](weft::Cond& changed) { changed.broadcast(); });
}

// Set and reset at once, before who waits has come.
template <class Ring>
void ring(Ring ring_it) {
    weft::Event bell("bell");
    weft::scope([&](weft::Scope& s) {
        s.go("porter", [&] {
            weft::sleep(5ms);
            bell.wait();
        });
        ring_it(bell);
    });
}
void event_reset_wrong() {
    ring([](weft::Event& bell) {
        bell.set();
        bell.reset();
    });
}
void event_reset_right() {
    ring([](weft::Event& bell) { bell.set(); });
}

// The end is told on the good way only.
template <class Load>
void load_terminology(Load load) {
    weft::Event loaded("terminology loaded");
    weft::scope([&](weft::Scope& s) {
        s.go("loader", [&] { load(loaded); });
        s.go("coder", [&] { loaded.wait(); });
    });
}
void event_not_set_on_error_wrong() {
    load_terminology([is_there = false](weft::Event& loaded) {
        if (!is_there) return;
        loaded.set();
    });
}
void event_not_set_on_error_right() {
    load_terminology([](weft::Event& loaded) { loaded.set(); });
}

constexpr std::array all = {
    Bug{"lost_signal", "lost condition signal", "Lu et al. and Go study: Signal before Wait",
        lost_signal_wrong, lost_signal_right, "LIKELY stuck, background"},
    Bug{"signal_for_broadcast", "lost condition signal", "Lu et al.: one is woken where all should",
        signal_for_broadcast_wrong, signal_for_broadcast_right, "LIKELY stuck, background"},
    Bug{"signal_forgotten", "lost condition signal", "Go study: Cond.Wait without any Signal",
        signal_forgotten_wrong, signal_forgotten_right, "LIKELY stuck, background"},
    Bug{"nested_monitor", "condition while holding a lock",
        "the nested monitor problem: the outer lock stays held", nested_monitor_wrong,
        nested_monitor_right, "LIKELY stuck, background"},
    Bug{"one_cond_for_two", "lost condition signal",
        "Lu et al.: makers and takers share a condition", one_cond_for_two_wrong,
        one_cond_for_two_right, "LIKELY stuck, background"},
    Bug{"event_reset", "lost event", "Win32: PulseEvent and its kind", event_reset_wrong,
        event_reset_right, "LIKELY stuck, background"},
    Bug{"event_not_set_on_error", "lost event", "GCatch: one way out tells nobody",
        event_not_set_on_error_wrong, event_not_set_on_error_right, "LIKELY stuck, background"},
};

}  // namespace

std::span<const Bug> conditions() {
    return all;
}

}  // namespace bugs
