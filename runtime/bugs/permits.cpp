// SPDX-License-Identifier: Apache-2.0
// Permits, places in a pool and turns: kept, asked for twice, or never given to some.
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/chan.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/time.h"

#include "runtime/bugs/bug.h"

using namespace std::chrono_literals;

namespace bugs {
namespace {

// The permit is put aside for later, and later never comes.
void permit_kept_wrong() {
    weft::Semaphore scanners(1, "scanners");
    std::vector<weft::Semaphore::Permit> booked;
    for (int patient = 0; patient < 2; ++patient) booked.push_back(scanners.acquire());
}
void permit_kept_right() {
    weft::Semaphore scanners(1, "scanners");
    for (int patient = 0; patient < 2; ++patient) const auto booked = scanners.acquire();
}

// Two that need two permits each take them one by one.
template <class Take>
void two_surgeons(Take take) {
    weft::Semaphore rooms(2, "rooms");
    weft::scope([&](weft::Scope& s) {
        for (int i = 0; i < 2; ++i) s.go("surgeon", [&] { take(rooms); });
    });
}
void permits_one_by_one_wrong() {
    two_surgeons([](weft::Semaphore& rooms) {
        const auto first = rooms.acquire();
        weft::sleep(5ms);
        const auto second = rooms.acquire();
    });
}
void permits_one_by_one_right() {
    two_surgeons([](weft::Semaphore& rooms) { const auto both = rooms.acquire(2); });
}

// A channel of places as a semaphore, as Go programs have it: the error path gives none back.
template <class Import>
void limited_imports(Import import) {
    const auto places = weft::compat::make_chan<bool>(1, "places");
    weft::scope([&](weft::Scope& s) {
        for (int file = 0; file < 3; ++file)
            s.go("import", [&, file] {
                places.send(true);
                import(places, file);
            });
    });
}
void place_kept_on_error_wrong() {
    limited_imports([](const weft::compat::Chan<bool>& places, int file) {
        if (file < 0 || file % 2 == 0) return;
        (void)places.recv();
    });
}
void place_kept_on_error_right() {
    limited_imports([](const weft::compat::Chan<bool>& places, int) { (void)places.recv(); });
}

// A permit and a lock in two orders.
void permit_and_lock_wrong() {
    weft::Semaphore beds(1, "beds");
    weft::Mutex ward("ward list");
    weft::Event has_bed;
    weft::Event has_list;
    weft::scope([&](weft::Scope& s) {
        s.go("admit", [&] {
            const auto bed = beds.acquire();
            has_bed.set();
            has_list.wait();
            const std::lock_guard locked(ward);
        });
        s.go("move", [&] {
            const std::lock_guard locked(ward);
            has_list.set();
            has_bed.wait();
            const auto bed = beds.acquire();
        });
    });
}
void permit_and_lock_right() {
    weft::Semaphore beds(1, "beds");
    weft::Mutex ward("ward list");
    weft::scope([&](weft::Scope& s) {
        for (const char* name : {"admit", "move"})
            s.go(name, [&] {
                const auto bed = beds.acquire();
                const std::lock_guard locked(ward);
            });
    });
}

// The permit's holder waits for a message of one that needs the permit.
template <class Consult>
void consult(Consult ask) {
    weft::Semaphore lines(1, "phone lines");
    auto [tx, rx] = weft::channel<int>(0, "second opinion");
    weft::scope([&, &tx = tx, &rx = rx](weft::Scope& s) {
        s.go("ward", [&] { ask(lines, rx); });
        s.go("specialist", [&] {
            weft::sleep(5ms);
            const auto line = lines.acquire();
            (void)tx.send(1);
        });
    });
}
void permit_and_channel_wrong() {
    consult([](weft::Semaphore& lines, weft::Receiver<int>& rx) {
        const auto line = lines.acquire();
        (void)rx.recv();
    });
}
void permit_and_channel_right() {
    consult([](weft::Semaphore& lines, weft::Receiver<int>& rx) {
        {
            const auto line = lines.acquire();
        }
        (void)rx.recv();
    });
}

// The jobs of a pool wait for jobs that queue behind them.
struct Pool {
    weft::compat::Chan<int> jobs = weft::compat::make_chan<int>(8, "pool jobs");
    weft::compat::Chan<int> parts = weft::compat::make_chan<int>(8, "parts done");
};
template <class Job>
void run_pool(int workers, Job job) {
    Pool pool;
    weft::scope([&](weft::Scope& s) {
        for (int worker = 0; worker < workers; ++worker)
            s.go("pool worker", [&] {
                for (const int depth : pool.jobs) job(pool, depth);
            });
        s.go("report", [&] {
            pool.jobs.send(1);
            (void)pool.parts.recv();
            pool.jobs.close();
        });
    });
}
void pool_waits_for_itself_wrong() {
    run_pool(1, [](Pool& pool, int depth) {
        if (depth > 0) {
            pool.jobs.send(depth - 1);
            (void)pool.parts.recv();  // of the part, before this one is done
        }
        pool.parts.send(depth);
    });
}
void pool_waits_for_itself_right() {
    run_pool(1, [](Pool& pool, int depth) {
        if (depth > 0)
            pool.jobs.send(depth - 1);  // the part tells of the whole
        else
            pool.parts.send(depth);
    });
}

// A flag is asked again and again, and nobody sets it.
template <class Wait>
void wait_for_flag(Wait wait) {
    std::atomic<bool> ready = false;
    weft::Event is_ready("ready");
    weft::scope([&](weft::Scope& s) {
        s.go("lab", [&] { is_ready.set(); });
        s.go("ward", [&] { wait(ready, is_ready); });
    });
}
void busy_flag_wrong() {
    wait_for_flag([](const std::atomic<bool>& ready, weft::Event&) {
        while (!ready) weft::sleep(1ms);
    });
}
void busy_flag_right() {
    wait_for_flag([](const std::atomic<bool>&, weft::Event& is_ready) { is_ready.wait(); });
}

// One reader after the other takes over before the last has gone, by try_lock_shared().
template <class Read>
void readers_and_writer(Read read) {
    weft::RWMutex plan("plan");
    std::atomic<bool> written = false;
    weft::scope([&](weft::Scope& s) {
        for (int reader = 0; reader < 2; ++reader) s.go("reader", [&] { read(plan, written); });
        s.go("writer", [&] {
            weft::sleep(5ms);
            const std::lock_guard writing(plan);
            written = true;
        });
    });
}
void reader_polls_for_writer_wrong() {
    readers_and_writer([](weft::RWMutex& plan, const std::atomic<bool>& written) {
        const std::shared_lock reading(plan);
        while (!written) weft::sleep(1ms);
    });
}
void reader_polls_for_writer_right() {
    readers_and_writer([](weft::RWMutex& plan, const std::atomic<bool>& written) {
        while (!written) {
            {
                const std::shared_lock reading(plan);
            }
            weft::sleep(1ms);
        }
    });
}

// The lock's holder asks the world for long, again and again; the others starve.
template <class Sync>
void sync_and_enrol(Sync sync) {
    weft::Mutex site("site data");
    std::atomic<bool> enrolled = false;
    weft::scope([&](weft::Scope& s) {
        s.go("sync", [&] { sync(site, enrolled); });
        s.go("enrol", [&] {
            weft::sleep(5ms);
            const std::lock_guard locked(site);
            enrolled = true;
        });
    });
}
void long_work_under_lock_wrong() {
    sync_and_enrol([](weft::Mutex& site, const std::atomic<bool>& enrolled) {
        const std::lock_guard locked(site);
        while (!enrolled) weft::sleep(1ms);
    });
}
void long_work_under_lock_right() {
    sync_and_enrol([](weft::Mutex& site, const std::atomic<bool>& enrolled) {
        while (!enrolled) {
            {
                const std::lock_guard locked(site);
            }
            weft::sleep(1ms);
        }
    });
}

// More is asked for than there ever will be.
void more_than_there_are_wrong() {
    weft::Semaphore beds(2, "beds");
    const auto three = beds.acquire(3);
}
void more_than_there_are_right() {
    weft::Semaphore beds(2, "beds");
    const auto two = beds.acquire(2);
}

constexpr std::array all = {
    Bug{"permit_kept", "semaphore kept", "Go study: a place taken and never given back",
        permit_kept_wrong, permit_kept_right, "LIKELY stuck, background"},
    Bug{"permits_one_by_one", "semaphore in a circle", "Lu et al.: a resource taken in portions",
        permits_one_by_one_wrong, permits_one_by_one_right, "LIKELY wait cycle, at the call"},
    Bug{"place_kept_on_error", "semaphore kept", "GoBench: a channel as a semaphore, error path",
        place_kept_on_error_wrong, place_kept_on_error_right, "LIKELY stuck, background"},
    Bug{"permit_and_lock", "semaphore and a lock", "Lu et al.: two kinds of resource, two orders",
        permit_and_lock_wrong, permit_and_lock_right, "LIKELY lock cycle, at the call"},
    Bug{"permit_and_channel", "semaphore and a channel",
        "Go study: a message awaited with the permit its sender needs", permit_and_channel_wrong,
        permit_and_channel_right, "LIKELY stuck, background"},
    Bug{"pool_waits_for_itself", "pool that waits for itself",
        "thread pool starvation: jobs wait for jobs behind them", pool_waits_for_itself_wrong,
        pool_waits_for_itself_right, "LIKELY stuck, background"},
    Bug{"busy_flag", "busy waiting", "Lu et al.: a flag polled in a loop, never set",
        busy_flag_wrong, busy_flag_right, "not found",
        "it runs and sleeps by turns; a flag has no other side"},
    Bug{"reader_polls_for_writer", "writer starved",
        "Lu et al.: a reader waits for the writer it keeps out", reader_polls_for_writer_wrong,
        reader_polls_for_writer_right, "SMELL held up, background"},
    Bug{"long_work_under_lock", "starvation", "Go study: a lock held around long, repeated work",
        long_work_under_lock_wrong, long_work_under_lock_right, "SMELL held up, background"},
    Bug{"more_than_there_are", "semaphore misused", "Go x/sync: Acquire of more than the size",
        more_than_there_are_wrong, more_than_there_are_right,
        "PROVEN contract broken, at the call"},
};

}  // namespace

std::span<const Bug> permits() {
    return all;
}

}  // namespace bugs
