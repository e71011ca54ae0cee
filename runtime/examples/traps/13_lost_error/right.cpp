// SPDX-License-Identifier: Apache-2.0
// A scope passes on the first error and cancels the siblings, which are of no use any more.
#include <chrono>
#include <stdexcept>
#include <string>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

using namespace std::chrono_literals;

int main() {
    return weft::run([] {
        std::string failure;
        try {
            weft::scope([](weft::Scope& s) {
                s.go("study data", [] { weft::sleep(1h); });
                s.go("statistics", [] { weft::sleep(1h); });
                s.go("adverse events", [] { throw std::runtime_error("file storage is down"); });
            });
        } catch (const std::runtime_error& error) {
            failure = error.what();
        }
        ENSURE(failure == "file storage is down", "the first error arrives unchanged");
    });
}
