// SPDX-License-Identifier: Apache-2.0
// The reminder module makes the channel and starts the sender; the receiver was to be started by
// another module and never is. The sender waits for ever, the module waits for the sender, and the
// server answers its requests as if nothing were wrong.
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static void reminder_module() {
    auto [out, reminders] = weft::channel<std::string>(0, "reminders");  // for the gateway
    weft::scope([&, &out = out](weft::Scope& s) {
        s.go("plan reminders",
             [out = std::move(out)]() mutable { (void)out.send("Visit 3 is due on Monday"); });
    });
}

int main() {
    weft::Event told("told");
    weft::Options options;
    options.stuck_after = 100ms;
    options.on_report = [&](const weft::Report& report) {
        std::fputs(report.text().c_str(), stderr);
        told.set();
    };
    return weft::run(options, [&] {
        weft::scope([&](weft::Scope& server) {
            server.go("reminder module", [] { reminder_module(); });
            server.go("requests", [] {
                for (;;) weft::sleep(1ms);
            });
            told.wait();  // somebody reads the report
            server.cancel();
        });
    });
}

// Ends: 0
// Says: LIKELY stuck: goroutine
// Says: "plan reminders" waits to send on channel "reminders"
// Says: its only Receiver is in the frame of goroutine
// Says: "reminder module", which waits to join
