// SPDX-License-Identifier: Apache-2.0
// The main goroutine waits for the patient's newest report, and nobody was ever started to send it.
#include <cstdio>

#include "weft/channel.h"
#include "weft/run.h"

int main() {
    return weft::run([] {
        auto [found, report_id] = weft::channel<int>(0, "report id");
        if (const auto id = report_id.recv()) std::printf("report %d\n", *id);
    });
}

// Ends: 2
// Says: weft: PROVEN deadlock: all goroutines are asleep
// Says: "main" [receive "report id"
// Says: waits at runtime/examples/traps/01_nobody_sends/wrong.cpp:11
