// SPDX-License-Identifier: Apache-2.0
// Anonymisation is started by a request and given to the request's own scope. The request has 20
// ms; when they are over, so is the anonymisation, after a few records.
#include <chrono>
#include <cstdio>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

static void anonymise() {
    for (int record = 0; record < 100; ++record) weft::sleep(1ms);
}

int main() {
    return weft::run([] {
        const auto answer = weft::timeout(
            20ms, [] { weft::scope([](weft::Scope& s) { s.go("anonymise", anonymise); }); });
        if (answer) return 0;
        std::fprintf(stderr, "request failed: %s: %s\n", answer.error().code.c_str(),
                     answer.error().text.c_str());
        return 1;
    });
}

// Ends: 1
// Says: request failed: deadline: the time for this was up
