// SPDX-License-Identifier: Apache-2.0
// Goroutines in functions whose names gdb must find: two that wait, one that could run, one that
// runs.
#include <atomic>
#include <cstdio>
#include <mutex>

#include "weft/channel.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"

namespace {

std::atomic<int> on_their_way{0};

[[gnu::noinline]] void wait_for_alerts(weft::Receiver<int>& alerts) {
    ++on_their_way;
    (void)alerts.recv();
    std::puts("alert");
}

[[gnu::noinline]] void wait_for_the_list(weft::Mutex& list) {
    ++on_their_way;
    const std::lock_guard held(list);
    std::puts("list");
}

}  // namespace

// gdb stops here. On the only worker, so the others have parked.
extern "C" [[gnu::noinline]] void everybody_waits() {
    asm volatile("");
}

int main() {
    weft::Options options;
    options.workers = 1;
    // gdb's own core files lose whole mappings in which the kernel's newer guards lie.
    options.guard = weft::Guard::protect;
    return weft::run(options, [] {
        auto [alert, alerts] = weft::channel<int>(0, "alerts");
        weft::Mutex list;
        weft::scope([&, &alert = alert, &alerts = alerts](weft::Scope& s) {
            {
                const std::lock_guard held(list);
                s.go("nurse", [&] { wait_for_alerts(alerts); });
                s.go("physician", [&] { wait_for_the_list(list); });
                while (on_their_way < 2) weft::yield();
                everybody_waits();
            }
            (void)alert.send(1);
        });
    });
}
