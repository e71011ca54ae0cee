// SPDX-License-Identifier: Apache-2.0
// lock_all() takes both in one order of its own, whoever names them in which order.
#include "weft/lock_all.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        weft::Mutex patient("patient");
        weft::Mutex trial("trial");
        weft::scope([&](weft::Scope& s) {
            s.go("update patient", [&] {
                for (int i = 0; i < 1000; ++i) const auto both = weft::lock_all(patient, trial);
            });
            s.go("enrol", [&] {
                for (int i = 0; i < 1000; ++i) const auto both = weft::lock_all(trial, patient);
            });
        });
    });
}
