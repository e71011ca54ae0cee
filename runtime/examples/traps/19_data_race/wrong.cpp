// SPDX-License-Identifier: Apache-2.0
// Two submissions count themselves without a lock. `./dev race FILE`, which is `go run -race`,
// finds it also where both run on one worker and no two instructions ever overlapped.
#include <cstdio>

#include "weft/run.h"
#include "weft/scope.h"

int main() {
    weft::Options one;
    one.workers = 1;
    return weft::run(one, [] {
        int submissions = 0;
        const auto submit = [&] {
            ++submissions;
            weft::yield();  // stores the questionnaire
        };
        weft::scope([&](weft::Scope& s) {
            s.go("phone", submit);
            s.go("clinic", submit);
        });
        std::printf("%d submissions\n", submissions);
    });
}

// Needs: thread
// Says: WARNING: ThreadSanitizer: data race
// Says: runtime/examples/traps/19_data_race/wrong.cpp:15
