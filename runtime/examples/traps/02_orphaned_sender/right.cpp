// SPDX-License-Identifier: Apache-2.0
// Sender and receiver belong to one scope. And whoever sends looks at the answer: once the last
// Receiver is gone, send() gives the value back instead of waiting for nobody.
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        auto [out, reminders] = weft::channel<std::string>(0, "reminders");
        std::string unsent;
        weft::scope([&, &unsent = unsent](weft::Scope& s) {
            s.go("plan reminders", [&unsent, out = std::move(out)]() mutable {
                if (!out.send("Visit 3 is due on Monday")) return;
                if (auto result = out.send("Visit 4 is due in May"); result.disconnected())
                    unsent = std::move(result).value();
            });
            s.go("gateway", [reminders = std::move(reminders)]() mutable {
                (void)reminders.recv();  // takes one and stops
            });
        });
        ENSURE(unsent == "Visit 4 is due in May", "a reminder that nobody takes comes back");
    });
}
