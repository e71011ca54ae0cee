// SPDX-License-Identifier: Apache-2.0
// The lock is taken once, at the edge; what is called inside gets the value.
#include <shared_mutex>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"

enum class Status { running, paused };

static bool is_running(Status status) {
    return status == Status::running;
}

int main() {
    return weft::run([] {
        weft::RWMutex lock("project status");
        Status status = Status::running;
        weft::scope([&](weft::Scope& s) {
            for (int page = 0; page < 5; ++page)
                s.go("page", [&] {
                    const std::shared_lock read(lock);
                    (void)is_running(status);
                });
            s.go("pause project", [&] {
                const std::lock_guard write(lock);
                status = Status::paused;
            });
        });
        ENSURE(!is_running(status), "the writer got in");
    });
}
