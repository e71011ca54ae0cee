// SPDX-License-Identifier: Apache-2.0
// A sleep ends when nobody else can run: by then all who are to wait do.
#include "runtime/test/mutants/bodies.h"

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <stdexcept>
#include <utility>

#include "weft/channel.h"
#include "weft/cond.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/once.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/semaphore.h"
#include "weft/time.h"
#include "weft/wait_group.h"

namespace mutants {
namespace {

using namespace std::chrono_literals;
using weft::Scope;
using weft::detail::Mutant;

void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
}

void until_all_wait() {
    weft::sleep(1ms);
}

// --- locks ---------------------------------------------------------------------------------------

void mutex_lets_all_in() {
    weft::Mutex lock;
    int inside = 0;
    int entries = 0;
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 4; ++i)
            s.go([&] {
                const std::lock_guard held(lock);
                require(++inside == 1, "two hold one mutex");
                weft::yield();
                --inside;
                ++entries;
            });
    });
    require(entries == 4, "somebody was not let in");
}

// Who has waited longer than a millisecond is handed the lock, however soon its owner wants it
// back.
void mutex_serves_who_waits() {
    weft::Mutex lock;
    bool served = false;
    int rounds = 0;
    weft::scope([&](Scope& s) {
        s.go("greedy", [&] {
            while (!served && rounds < 10) {
                const std::lock_guard held(lock);
                ++rounds;
                weft::sleep(2ms);
            }
        });
        s.go("patient", [&] {
            const std::lock_guard held(lock);
            served = true;
        });
    });
    require(rounds <= 4, "who waits is passed by again and again");
}

void rw_mutex_lets_all_in() {
    weft::RWMutex lock;
    int writing = 0;
    int reading = 0;
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 2; ++i) {
            s.go("writer", [&] {
                const std::lock_guard held(lock);
                require(++writing == 1 && reading == 0, "a writer is not alone");
                weft::yield();
                --writing;
            });
            s.go("reader", [&] {
                const std::shared_lock held(lock);
                ++reading;
                require(writing == 0, "somebody reads what is written");
                weft::yield();
                --reading;
            });
        }
    });
}

void rw_mutex_goes_on_after_a_cancel() {
    weft::RWMutex lock;
    weft::Event read;
    weft::scope([&](Scope& outer) {
        const std::shared_lock held(lock);
        (void)weft::cancellable([&](weft::CancelHandle& handle) {
            weft::scope([&](Scope& s) {
                s.go("writer", [&] { const std::lock_guard never(lock); });
                until_all_wait();
                outer.go("reader", [&] {
                    const std::shared_lock also(lock);
                    read.set();
                });
                until_all_wait();
                handle.cancel();
            });
        });
        read.wait();
    });
}

void rw_mutex_serves_a_writer_first() {
    weft::RWMutex lock;
    bool written = false;
    weft::scope([&](Scope& s) {
        std::shared_lock held(lock);
        s.go("writer", [&] {
            const std::lock_guard alone(lock);
            written = true;
        });
        until_all_wait();
        s.go("late reader", [&] {
            const std::shared_lock also(lock);
            require(written, "a reader has passed a writer that waits");
        });
        until_all_wait();
        held.unlock();
    });
}

// --- channels ------------------------------------------------------------------------------------

void send_two(weft::Sender<int>& tx, int first) {
    for (int i = 0; i < 2; ++i) require(static_cast<bool>(tx.send(first + i)), "nobody receives");
}

void channel_carries_each_value_once() {
    auto [tx, rx] = weft::channel<int>(1, "values");
    int sum = 0;
    weft::scope([&, &tx = tx, &rx = rx](Scope& s) {
        s.go("other", [mine = tx.clone()]() mutable { send_two(mine, 10); });
        s.go("one", [mine = std::move(tx)]() mutable { send_two(mine, 1); });
        for (const int value : rx) sum += value;
    });
    require(sum == 24, "values were lost, or came twice");
}

void channel_gives_a_free_place_to_who_waits() {
    auto [tx, rx] = weft::channel<int>(1, "one place");
    weft::scope([&, &tx = tx, &rx = rx](Scope& s) {
        (void)tx.send(1);
        s.go("waits for the place", [&tx] { (void)tx.send(2); });
        until_all_wait();
        require(rx.recv() == 1, "what was sent first does not come first");
        (void)tx.try_send(3);
        require(rx.recv() == 2, "a sender that waits was passed");
    });
}

void select_sees_what_comes_meanwhile() {
    auto [one, from_one] = weft::channel<int>(1, "one");
    auto [other, from_other] = weft::channel<int>(1, "other");
    int sum = 0;
    weft::scope(
        [&, &one = one, &from_one = from_one, &other = other, &from_other = from_other](Scope& s) {
            s.go("one", [&one] { send_two(one, 1); });
            s.go("other", [&other] { send_two(other, 10); });
            const auto add = [&sum](int value) { sum += value; };
            for (int i = 0; i < 4; ++i)
                weft::select(weft::on(from_one, add), weft::on(from_other, add));
        });
    require(sum == 24, "a select has lost a value, or taken one twice");
}

// --- conditions, events, groups ------------------------------------------------------------------

void signal_wakes_one() {
    weft::Mutex lock;
    weft::Cond changed;
    int woken = 0;
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 2; ++i)
            s.go([&] {
                std::unique_lock held(lock);
                changed.wait(held);
                ++woken;
            });
        until_all_wait();
        changed.signal();
        until_all_wait();
        require(woken == 1, "a signal has not woken exactly one");
        changed.signal();
    });
}

void broadcast_wakes_all() {
    weft::Mutex lock;
    weft::Cond changed;
    bool open = false;
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 3; ++i)
            s.go([&] {
                std::unique_lock held(lock);
                changed.wait(held, [&] { return open; });
            });
        const std::lock_guard held(lock);
        open = true;
        changed.broadcast();
    });
}

void event_lets_all_go() {
    weft::Event happened;
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 2; ++i) s.go([&] { happened.wait(); });
        happened.set();
    });
}

void group_is_waited_for() {
    int done = 0;
    weft::WaitGroup group;
    for (int i = 0; i < 2; ++i)
        group.go([&] {
            weft::yield();
            ++done;
        });
    group.wait();
    require(done == 2, "wait() came back before all had ended");
}

void once_is_tried_again() {
    weft::Once once;
    int tries = 0;
    int failures = 0;
    const auto attempt = [&] {
        try {
            once.call([&] {
                ++tries;
                weft::yield();
                if (tries == 1) throw std::runtime_error("the first fails");
            });
        } catch (const std::runtime_error&) {
            ++failures;
        }
    };
    weft::scope([&](Scope& s) {
        for (int i = 0; i < 3; ++i) s.go(attempt);
    });
    require(tries == 2 && failures == 1, "not tried until it was done");
}

// --- permits -------------------------------------------------------------------------------------

void semaphore_bounds() {
    weft::Semaphore permits(2);
    std::int64_t out = 0;
    weft::scope([&](Scope& s) {
        for (const std::int64_t wanted : {1, 2, 1, 2})
            s.go([&, wanted] {
                const auto permit = permits.acquire(wanted);
                out += wanted;
                require(out <= 2, "more permits are out than there are");
                weft::yield();
                out -= wanted;
            });
    });
}

void semaphore_serves_in_order() {
    weft::Semaphore permits(2);
    bool big_served = false;
    weft::scope([&](Scope& s) {
        auto one = std::make_optional(permits.acquire(1));
        s.go("big", [&] {
            const auto both = permits.acquire(2);
            big_served = true;
        });
        until_all_wait();
        s.go("small", [&] {
            const auto permit = permits.acquire(1);
            require(big_served, "who came later was served first");
        });
        until_all_wait();
        one.reset();
    });
}

void semaphore_goes_on_after_a_cancel() {
    weft::Semaphore permits(2);
    weft::Event served;
    weft::scope([&](Scope& outer) {
        const auto one = permits.acquire(1);
        (void)weft::cancellable([&](weft::CancelHandle& handle) {
            weft::scope([&](Scope& s) {
                s.go("big", [&] { const auto both = permits.acquire(2); });
                until_all_wait();
                outer.go("small", [&] {
                    const auto other = permits.acquire(1);
                    served.set();
                });
                until_all_wait();
                handle.cancel();
            });
        });
        served.wait();
    });
}

constexpr Hunt all[] = {
    {Mutant::mutex_lost_wake, "mutex: lost wake", mutex_lets_all_in},
    {Mutant::mutex_unmarked, "mutex: unmarked", mutex_lets_all_in},
    {Mutant::mutex_stays_waking, "mutex: stays waking", mutex_lets_all_in},
    {Mutant::mutex_barging, "mutex: barging", mutex_serves_who_waits},
    {Mutant::rw_lost_wake, "rw mutex: lost wake", rw_mutex_lets_all_in},
    {Mutant::rw_missed_dequeue, "rw mutex: missed dequeue", rw_mutex_goes_on_after_a_cancel},
    {Mutant::rw_barging, "rw mutex: barging", rw_mutex_serves_a_writer_first},
    {Mutant::channel_lost_wake, "channel: lost wake", channel_carries_each_value_once},
    {Mutant::channel_missed_dequeue, "channel: missed dequeue",
     channel_gives_a_free_place_to_who_waits},
    {Mutant::channel_double, "channel: double", channel_carries_each_value_once},
    {Mutant::channel_lost_close, "channel: lost close", channel_carries_each_value_once},
    {Mutant::select_one_look, "select: one look", select_sees_what_comes_meanwhile},
    {Mutant::cond_lost_wake, "condition: lost wake", signal_wakes_one},
    {Mutant::cond_double_wake, "condition: double wake", signal_wakes_one},
    {Mutant::cond_lost_broadcast, "condition: lost broadcast", broadcast_wakes_all},
    {Mutant::semaphore_lost_wake, "semaphore: lost wake", semaphore_bounds},
    {Mutant::semaphore_missed_dequeue, "semaphore: missed dequeue",
     semaphore_goes_on_after_a_cancel},
    {Mutant::semaphore_barging, "semaphore: barging", semaphore_serves_in_order},
    {Mutant::semaphore_double, "semaphore: double", semaphore_bounds},
    {Mutant::event_lost_wake, "event: lost wake", event_lets_all_go},
    {Mutant::group_early_wake, "wait group: early wake", group_is_waited_for},
    {Mutant::group_lost_wake, "wait group: lost wake", group_is_waited_for},
    {Mutant::once_lost_wake, "once: lost wake", once_is_tried_again},
};

}  // namespace

std::span<const Hunt> hunts() {
    return all;
}

}  // namespace mutants
