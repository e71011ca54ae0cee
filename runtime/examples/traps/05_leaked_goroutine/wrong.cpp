// SPDX-License-Identifier: Apache-2.0
// Ported from Go line by line. The alert is sent by a goroutine that reports back on a channel; the
// caller has less patience than the messenger, leaves, and the goroutine waits for ever.
#include <chrono>

#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/time.h"

using namespace std::chrono_literals;
using namespace weft::compat;

static bool send_alert() {
    weft::sleep(20ms);
    return true;
}

static void process_alert() {
    const auto result = make_chan<bool>(0, "alert result");
    go("send alert", [result] { result.send(send_alert()); });
    weft::sleep(5ms);
}

int main() {
    return run([] {
        for (int i = 0; i < 3; ++i) process_alert();
        weft::sleep(100ms);
        return 0;
    });
}

// Ends: 0
// Says: weft: LIKELY leak: main has ended, and these goroutines were left behind (3 goroutines)
// Says: "send alert" [send "alert result"
// Says: waits at runtime/examples/traps/05_leaked_goroutine/wrong.cpp:20
// Says: started at runtime/examples/traps/05_leaked_goroutine/wrong.cpp:20
