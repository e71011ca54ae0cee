// SPDX-License-Identifier: Apache-2.0
// A page reads the project's status and, under that read lock, calls a helper that read-locks
// again. It works until a writer comes in between: the writer waits for the page, the helper for
// the writer.
#include <chrono>
#include <shared_mutex>

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
    return weft::run([] {
        weft::scope([](weft::Scope& s) {
            s.go("page", [] {
                const std::shared_lock read(status_lock);
                weft::sleep(50ms);  // a writer comes
                (void)is_running();
            });
            s.go("pause project", [] {
                weft::sleep(10ms);
                status_lock.lock();
                status_lock.unlock();
            });
        });
    });
}

// Says: PROVEN contract broken: a read lock was taken inside a read lock while a writer waits
// the first one: "project status" Says: "page"
