// SPDX-License-Identifier: Apache-2.0
// Each report counts itself, inside its goroutine. wait() comes first, finds nothing to wait for,
// and the batch is declared complete. (There is no add(), but a token can be taken as late.)
#include <chrono>

#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"
#include "weft/wait_group.h"

using namespace std::chrono_literals;

int main() {
    return weft::run([] {
        weft::WaitGroup reports("nightly reports");
        weft::scope([&](weft::Scope& s) {
            s.go("report", [&] {
                weft::sleep(50ms);  // reads the patient first
                const auto counted = reports.token();
            });
            reports.wait();  // returns at once
        });
    });
}

// Says: PROVEN contract broken: WaitGroup: the first token was taken after
// Says: wait() had found nothing
// Says: at runtime/examples/traps/04_late_add/wrong.cpp:19
// Says: "report"
