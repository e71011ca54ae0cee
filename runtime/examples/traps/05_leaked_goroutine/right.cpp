// SPDX-License-Identifier: Apache-2.0
// The limit is around the work itself: when it passes, the messenger is cancelled where it waits,
// its destructors run, and nothing is left.
#include <chrono>

#include "weft/context.h"
#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static bool send_alert() {
    weft::sleep(1h);
    return true;
}

int main() {
    return weft::run([] {
        const auto sent = weft::timeout(5ms, [] { return send_alert(); });
        ENSURE(!sent && sent.error().code == "deadline", "the messenger was too slow");
    });
}
