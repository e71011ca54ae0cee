// SPDX-License-Identifier: Apache-2.0
// The lock is held to read the status and no longer: what waits, or is called inside, has the
// value. A writer that comes stops new readers, so it gets its turn, then all who came meanwhile.
#include <atomic>
#include <shared_mutex>

#include "weft/channel.h"
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
        std::atomic<bool> paused{false};
        auto [warehouse, numbers] = weft::channel<int>(5, "numbers");
        weft::scope([&, &warehouse = warehouse, &numbers = numbers](weft::Scope& s) {
            const auto current = [&] {
                const std::shared_lock read(lock);
                return status;
            };
            for (int page = 0; page < 5; ++page)
                s.go("page", [&] {
                    const Status seen = current();
                    (void)numbers.recv();
                    (void)is_running(seen);
                });
            s.go("pause project", [&] {
                const std::lock_guard write(lock);
                status = Status::paused;
                paused = true;
            });
            while (!paused) weft::yield();  // while every page still waits for its numbers
            for (int page = 0; page < 5; ++page) (void)warehouse.send(17);
        });
        ENSURE(!is_running(status), "the writer got in");
    });
}
