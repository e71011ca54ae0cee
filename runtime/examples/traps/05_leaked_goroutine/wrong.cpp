// SPDX-License-Identifier: Apache-2.0
// Ported from Go line by line. The alert is sent by a goroutine that reports back on a channel; the
// caller has less patience than the messenger, leaves, and the goroutine waits for ever.
#include <chrono>
#include <cstdio>

#include "weft/compat/chan.h"
#include "weft/compat/go.h"
#include "weft/event.h"
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
    weft::Event told("told");
    weft::Options options;
    options.stuck_after = 100ms;
    options.on_report = [&](const weft::Report& report) {
        std::fputs(report.text().c_str(), stderr);
        told.set();
    };
    const auto service = [&] {
        for (int i = 0; i < 3; ++i) process_alert();
        while (!told.is_set()) weft::sleep(1ms);  // goes on with other alerts
        return 0;
    };
    return run(service, options);
}

// Ends: 0
// Says: LIKELY stuck: goroutine
// Says: "send alert" waits to send on channel "alert result"
// Says: its only Receiver is in its own frame
// Says: LIKELY leak: main has ended, and these goroutines were left behind (3 goroutines)
// Says: "send alert" [send "alert result"
// Says: waits at runtime/examples/traps/05_leaked_goroutine/wrong.cpp:22
// Says: started at runtime/examples/traps/05_leaked_goroutine/wrong.cpp:22
