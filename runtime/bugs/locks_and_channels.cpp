// SPDX-License-Identifier: Apache-2.0
// A lock is held while its holder waits for something that needs the lock.
#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/compat/mutex.h"
#include "weft/compat/select.h"
#include "weft/compat/wait_group.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

// The sender keeps the lock; the receiver wants it before it receives.
template <class Tell>
void tell_gateway(Tell tell) {
    weft::Mutex patient("patient");
    auto [tx, rx] = weft::channel<int>(0, "alerts");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        s.go("monitor", [&] { tell(patient, tx); });
        s.go("gateway", [&] {
            weft::sleep(5ms);
            {
                const std::lock_guard locked(patient);
            }
            (void)rx.recv();
        });
    });
}
void send_under_lock_wrong() {
    tell_gateway([](weft::Mutex& patient, weft::Sender<int>& tx) {
        const std::lock_guard locked(patient);
        (void)tx.send(1);
    });
}
void send_under_lock_right() {
    tell_gateway([](weft::Mutex& patient, weft::Sender<int>& tx) {
        {
            const std::lock_guard locked(patient);
        }
        (void)tx.send(1);
    });
}

// The receiver keeps the lock; the sender wants it before it sends.
template <class Wait>
void wait_for_lab(Wait wait) {
    weft::Mutex samples("samples");
    auto [tx, rx] = weft::channel<int>(0, "lab values");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        s.go("visit", [&] { wait(samples, rx); });
        s.go("lab", [&] {
            weft::sleep(5ms);
            const std::lock_guard locked(samples);
            (void)tx.send(1);
        });
    });
}
void receive_under_lock_wrong() {
    wait_for_lab([](weft::Mutex& samples, weft::Receiver<int>& rx) {
        const std::lock_guard locked(samples);
        (void)rx.recv();
    });
}
void receive_under_lock_right() {
    wait_for_lab([](weft::Mutex& samples, weft::Receiver<int>& rx) {
        (void)rx.recv();
        const std::lock_guard locked(samples);
    });
}

// As a Go programmer has it: a server object on the heap, methods that lock, one loop that reads.
struct Hub {
    weft::compat::Mutex mutex{"hub"};
    weft::compat::Chan<int> events = weft::compat::make_chan<int>(0, "hub events");
    int delivered = 0;

    void publish_wrong(int event) {
        mutex.lock();
        events.send(event);
        mutex.unlock();
    }
    void publish_right(int event) {
        mutex.lock();
        mutex.unlock();
        events.send(event);
    }
    void loop() {
        for (const int event : events) {
            mutex.lock();
            delivered += event;
            mutex.unlock();
        }
    }
};
template <class Publish>
void publish_all(Publish publish) {
    const auto hub = std::make_shared<Hub>();
    weft::compat::WaitGroup group;
    group.go("hub loop", [hub] { hub->loop(); });
    weft::compat::WaitGroup publishers;
    for (int i = 0; i < 3; ++i) publishers.go("publish", [hub, publish, i] { publish(*hub, i); });
    publishers.wait();
    hub->events.close();
    group.wait();
}
void hub_sends_under_lock_wrong() {
    publish_all([](Hub& hub, int event) { hub.publish_wrong(event); });
}
void hub_sends_under_lock_right() {
    publish_all([](Hub& hub, int event) { hub.publish_right(event); });
}

// A select under the lock, none of whose cases can come without it.
template <class Choose>
void choose_slot(Choose choose) {
    weft::Mutex calendar("calendar");
    const auto free_slots = weft::compat::make_chan<int>(0, "free slots");
    const auto withdrawn = weft::compat::make_chan<bool>(0, "withdrawn");
    weft::scope([&](weft::Scope& s) {
        s.go("book", [&] { choose(calendar, free_slots, withdrawn); });
        s.go("free a slot", [&] {
            weft::sleep(5ms);
            const std::lock_guard locked(calendar);
            free_slots.send(1);
        });
    });
}
void select_under_lock_wrong() {
    choose_slot([](weft::Mutex& calendar, const auto& free_slots, const auto& withdrawn) {
        const std::lock_guard locked(calendar);
        weft::compat::select(weft::compat::on(free_slots, [](int) {}),
                             weft::compat::on(withdrawn, [](bool) {}));
    });
}
void select_under_lock_right() {
    choose_slot([](weft::Mutex& calendar, const auto& free_slots, const auto& withdrawn) {
        weft::compat::select(weft::compat::on(free_slots, [](int) {}),
                             weft::compat::on(withdrawn, [](bool) {}));
        const std::lock_guard locked(calendar);
    });
}

// Joining with the lock that the joined one wants.
template <class Stop>
void stop_export(Stop stop) {
    weft::Mutex state("export state");
    weft::scope([&](weft::Scope& s) {
        auto writer = s.go("writer", [&] {
            weft::sleep(5ms);
            const std::lock_guard locked(state);
        });
        stop(state, writer);
    });
}
void join_under_lock_wrong() {
    stop_export([](weft::Mutex& state, weft::Task<void>& writer) {
        const std::lock_guard locked(state);
        writer.join();
    });
}
void join_under_lock_right() {
    stop_export([](weft::Mutex& state, weft::Task<void>& writer) {
        writer.join();
        const std::lock_guard locked(state);
    });
}

// The same through a counted group.
template <class Wait>
void close_sites(Wait wait) {
    weft::compat::Mutex mutex("site list");
    weft::compat::WaitGroup group("closing");
    for (int site = 0; site < 3; ++site)
        group.go("close site", [&] {
            weft::sleep(5ms);
            const std::lock_guard locked(mutex);
        });
    wait(mutex, group);
}
void group_under_lock_wrong() {
    close_sites([](weft::compat::Mutex& mutex, weft::compat::WaitGroup& group) {
        {
            const std::lock_guard locked(mutex);
            group.wait();
        }
    });
}
void group_under_lock_right() {
    close_sites([](weft::compat::Mutex& mutex, weft::compat::WaitGroup& group) {
        group.wait();
        const std::lock_guard locked(mutex);
    });
}

// Three in a circle: a lock, a channel and another lock.
template <class Third>
void three_in_circle(Third third) {
    weft::Mutex audit("audit");
    weft::Mutex trial("trial");
    auto [tx, rx] = weft::channel<int>(0, "changes");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        s.go("editor", [&] {
            const std::lock_guard locked(trial);
            (void)tx.send(1);
        });
        s.go("auditor", [&] {
            weft::sleep(5ms);
            {
                const std::lock_guard locked(audit);
            }
            (void)rx.recv();
        });
        s.go("archive", [&] { third(audit, trial); });
    });
}
void lock_channel_lock_wrong() {
    three_in_circle([](weft::Mutex& audit, weft::Mutex& trial) {
        const std::lock_guard first(audit);
        weft::sleep(10ms);
        const std::lock_guard second(trial);
    });
}
void lock_channel_lock_right() {
    three_in_circle([](weft::Mutex& audit, weft::Mutex& trial) {
        {
            const std::lock_guard first(audit);
        }
        const std::lock_guard second(trial);
    });
}

constexpr std::array all = {
    Bug{"send_under_lock", "channel while holding a lock",
        "Go study: a send under a lock that the receiver wants", send_under_lock_wrong,
        send_under_lock_right, "LIKELY stuck, background"},
    Bug{"receive_under_lock", "channel while holding a lock",
        "Go study: a receive under a lock that the sender wants", receive_under_lock_wrong,
        receive_under_lock_right, "LIKELY stuck, background"},
    Bug{"hub_sends_under_lock", "channel while holding a lock",
        "GoBench: a server object whose loop locks what its publishers hold",
        hub_sends_under_lock_wrong, hub_sends_under_lock_right, "LIKELY held up, background"},
    Bug{"select_under_lock", "channel while holding a lock", "GCatch: select in a critical section",
        select_under_lock_wrong, select_under_lock_right, "LIKELY stuck, background"},
    Bug{"join_under_lock", "join while holding a lock",
        "Lu et al.: a thread joined under a lock that it wants", join_under_lock_wrong,
        join_under_lock_right, "PROVEN lock cycle, at the call"},
    Bug{"group_under_lock", "wait group while holding a lock",
        "Go study: WaitGroup.Wait under the lock of the workers", group_under_lock_wrong,
        group_under_lock_right, "LIKELY stuck, background"},
    Bug{"lock_channel_lock", "channel while holding a lock",
        "GoBench: a circle of two locks and a channel", lock_channel_lock_wrong,
        lock_channel_lock_right, "LIKELY stuck, background"},
};

}  // namespace

std::span<const Bug> locks_and_channels() {
    return all;
}

}  // namespace bugs
