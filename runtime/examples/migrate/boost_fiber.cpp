// SPDX-License-Identifier: Apache-2.0
// From Boost.Fiber: the same work before and after, both run.
#include <boost/fiber/all.hpp>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/cond.h"
#include "weft/context.h"
#include "weft/goroutine_local.h"
#include "weft/mutex.h"
#include "weft/options.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

namespace {

namespace before {
// [before_channel]
int archive(int forms) {
    boost::fibers::buffered_channel<int> queue(8);  // a power of two, of which 7 can be used
    boost::fibers::fiber producer([&] {
        for (int form = 1; form <= forms; ++form) queue.push(form);  // its status is easily ignored
        queue.close();
    });
    int archived = 0;
    for ([[maybe_unused]] const int form : queue) ++archived;
    producer.join();
    return archived;
}
// [end]

// [before_future]
int measure() {
    auto answer = boost::fibers::async([] {
        boost::this_fiber::sleep_for(1ms);
        return 139;
    });
    return answer.get();
}
// [end]

// [before_lock]
int admit(int patients) {
    boost::fibers::mutex mutex;
    boost::fibers::condition_variable full;
    int taken = 0;
    for (int i = 0; i < patients; ++i)
        boost::fibers::fiber([&] {
            const std::lock_guard lock(mutex);
            ++taken;
            full.notify_one();
        }).detach();
    std::unique_lock lock(mutex);
    full.wait(lock, [&] { return taken == patients; });
    return taken;
}
// [end]

// [before_local]
int local() {
    boost::fibers::fiber_specific_ptr<int> subject;
    int seen = 0;
    boost::fibers::fiber([&] {
        subject.reset(new int(7));
        boost::this_fiber::yield();
        seen = *subject;
    }).join();
    return seen;
}
// [end]

// [before_limit]
bool gives_up() {
    boost::fibers::unbuffered_channel<int> silent;
    int value = 0;
    // Each wait needs its own limit, and so does all that it calls.
    return silent.pop_wait_for(value, 5ms) == boost::fibers::channel_op_status::timeout;
}
// [end]
}  // namespace before

namespace after {
// [after_channel]
int archive(int forms) {
    auto [out, queue] = weft::channel<int>(8);  // any capacity; 0 is unbuffered
    int archived = 0;
    weft::scope([&, &queue = queue](weft::Scope& s) {
        s.go("produce", [forms, out = std::move(out)]() mutable {
            for (int form = 1; form <= forms; ++form)
                if (!out.send(form)) return;  // not looking is a warning
        });
        for ([[maybe_unused]] const int form : queue) ++archived;
    });
    return archived;
}
// [end]

// [after_future]
int measure() {
    return weft::scope([](weft::Scope& s) {
        auto answer = s.go("measure", [] {
            weft::sleep(1ms);
            return 139;
        });
        return answer.join();
    });
}
// [end]

// [after_lock]
int admit(int patients) {
    weft::Mutex mutex;
    weft::Cond full;
    int taken = 0;
    weft::scope([&](weft::Scope& s) {  // owned, so it may refer to what lives here
        for (int i = 0; i < patients; ++i)
            s.go("admit", [&] {
                const std::lock_guard lock(mutex);
                ++taken;
                full.signal();
            });
        std::unique_lock lock(mutex);
        full.wait(lock, [&] { return taken == patients; });
    });
    return taken;
}
// [end]

// [after_local]
int local() {
    weft::GoroutineLocal<int> subject;
    int seen = 0;
    weft::scope([&](weft::Scope& s) {
        s.go("rounds", [&] {
            *subject = 7;
            weft::yield();
            seen = *subject;
        });
    });
    return seen;
}
// [end]

// [after_limit]
bool gives_up() {
    auto [out, silent] = weft::channel<int>();
    // One limit for everything inside, also for goroutines that are started there.
    return !weft::timeout(5ms, [&, &silent = silent] { (void)silent.recv(); });
}
// [end]
}  // namespace after

void show(const char* what, int old_way, int new_way) {
    std::printf("%s: %d and %d\n", what, old_way, new_way);
}

}  // namespace

// [main]
int main() {
    // Fibers stay on the thread that started them unless a scheduler is installed on each thread,
    // and here they are done before weft begins: each has its own idea of what "the current one"
    // is.
    const int old_way[] = {before::archive(20), before::measure(), before::admit(5),
                           before::local(), before::gives_up() ? 1 : 0};
    weft::Options options;
    options.workers = 2;  // work is stolen between them; 0: as many as there are processors
    return weft::run(options, [&] {
        show("archived", old_way[0], after::archive(20));
        show("measured", old_way[1], after::measure());
        show("admitted", old_way[2], after::admit(5));
        show("local", old_way[3], after::local());
        show("gave up", old_way[4], after::gives_up() ? 1 : 0);
    });
}
// [end]

// Output:
// archived: 20 and 20
// measured: 139 and 139
// admitted: 5 and 5
// local: 7 and 7
// gave up: 1 and 1
