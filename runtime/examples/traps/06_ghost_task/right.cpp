// SPDX-License-Identifier: Apache-2.0
// A scope returns when everything it started has ended; so does run().
#include <atomic>
#include <chrono>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

int main() {
    static std::atomic<int> migrated{0};
    const int code = weft::run([] {
        weft::go("migrate patients", [] {
            for (int patient = 0; patient < 10; ++patient) {
                weft::sleep(1ms);
                ++migrated;
            }
        });
    });
    ENSURE(migrated == 10, "run() waits for what was started in it");
    return code;
}
