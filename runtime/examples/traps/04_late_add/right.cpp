// SPDX-License-Identifier: Apache-2.0
// go() counts before it starts, and counts down when the goroutine has ended, however it ends.
#include <atomic>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/time.h"
#include "weft/wait_group.h"

int main() {
    return weft::run([] {
        weft::WaitGroup reports("nightly reports");
        std::atomic<int> written{0};
        for (int patient = 0; patient < 100; ++patient) reports.go("report", [&] { ++written; });
        reports.wait();
        ENSURE(written == 100, "wait() returns after the last report");
    });
}
