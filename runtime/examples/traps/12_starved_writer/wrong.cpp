// SPDX-License-Identifier: Apache-2.0
// A page keeps its read lock of the project's status while it waits for the numbers. Who wants to
// pause the project gets no turn, and every later page queues behind that. When the numbers come
// the page calls a helper that read-locks again, behind the writer: now each waits for the other.
#include <chrono>
#include <cstdio>
#include <shared_mutex>

#include "weft/channel.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static weft::RWMutex status_lock("project status");

static bool is_running() {
    const std::shared_lock read(status_lock);
    return true;
}

int main() {
    weft::Event told("told");
    weft::Options options;
    options.stuck_after = 100ms;
    options.on_report = [&](const weft::Report& report) {
        if (report.finding != weft::Finding::held_up) return;
        std::fputs(report.text().c_str(), stderr);
        told.set();
    };
    return weft::run(options, [&] {
        weft::Event reading("reading");
        auto [warehouse, numbers] = weft::channel<int>(0, "numbers");
        weft::scope([&, &warehouse = warehouse, &numbers = numbers](weft::Scope& s) {
            s.go("page", [&] {
                const std::shared_lock read(status_lock);
                reading.set();
                (void)numbers.recv();
                (void)is_running();
            });
            s.go("pause project", [&] {
                reading.wait();
                status_lock.lock();
                status_lock.unlock();
            });
            while (!told.is_set()) weft::sleep(1ms);  // serves other pages
            (void)warehouse.send(17);
        });
    });
}

// Says: LIKELY held up: goroutine
// Says: "pause project" waits to lock RWMutex "project status" for writing
// Says: held for reading by goroutine
// Says: which waits to receive on channel "numbers"
// Says: PROVEN contract broken: a read lock was taken inside a read lock while a writer waits
// Says: "project status"
// Says: "page"
