// SPDX-License-Identifier: Apache-2.0
// A channel, a lock or, for a mere number, an atomic.
#include <atomic>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        std::atomic<int> submissions{0};
        weft::scope([&](weft::Scope& s) {
            s.go("phone", [&] { ++submissions; });
            s.go("clinic", [&] { ++submissions; });
        });
        ENSURE(submissions == 2, "both are counted");
    });
}
