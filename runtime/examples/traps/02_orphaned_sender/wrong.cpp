// SPDX-License-Identifier: Apache-2.0
// The reminder module makes the channel and starts the sender; the receiver was to be started by
// another module and never is. The receiving end is kept somewhere, so the sender waits for ever.
#include <chrono>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/detach.h"
#include "weft/run.h"

using namespace std::chrono_literals;

struct ReminderModule {
    weft::Receiver<std::string> reminders;  // for the gateway, some day

    static ReminderModule start() {
        auto [out, reminders] = weft::channel<std::string>(0, "reminders");
        weft::detach("plan reminders", [out = std::move(out)]() mutable {
            (void)out.send("Visit 3 is due on Monday");
        });
        return {std::move(reminders)};
    }
};

int main() {
    weft::Options options;
    options.grace = 50ms;
    return weft::run(options, [] { static ReminderModule module = ReminderModule::start(); });
}

// Ends: 1
// Says: weft: LIKELY leak: main has ended, and these goroutines were left behind (1 goroutine)
// Says: "plan reminders" [send "reminders"
// Says: waits at runtime/examples/traps/02_orphaned_sender/wrong.cpp:20
// Says: started at runtime/examples/traps/02_orphaned_sender/wrong.cpp:19
