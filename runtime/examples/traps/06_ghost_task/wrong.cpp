// SPDX-License-Identifier: Apache-2.0
// The migration is started in the background, main returns, and half of the patients stay behind.
#include <chrono>

#include "weft/detach.h"
#include "weft/run.h"
#include "weft/time.h"

using namespace std::chrono_literals;

int main() {
    weft::Options options;
    options.grace = 50ms;
    return weft::run(options, [] {
        weft::detach("migrate patients", [] {
            for (int patient = 0; patient < 10'000; ++patient) weft::sleep(1s);
        });
    });
}

// Ends: 1
// Says: weft: LIKELY leak: main has ended, and these goroutines were left behind (1 goroutine)
// Says: "migrate patients" [sleep
// Says: started at runtime/examples/traps/06_ghost_task/wrong.cpp:15
