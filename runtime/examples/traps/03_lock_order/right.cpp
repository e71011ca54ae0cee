// SPDX-License-Identifier: Apache-2.0
// Both locks are taken in one call, which leaves none held while it waits for the other, whoever
// names them in which order.
#include <mutex>

#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        weft::Mutex patient("patient");
        weft::Mutex trial("trial");
        weft::scope([&](weft::Scope& s) {
            s.go("update patient", [&] {
                for (int i = 0; i < 1000; ++i) const std::scoped_lock both(patient, trial);
            });
            s.go("enrol", [&] {
                for (int i = 0; i < 1000; ++i) const std::scoped_lock both(trial, patient);
            });
        });
    });
}
