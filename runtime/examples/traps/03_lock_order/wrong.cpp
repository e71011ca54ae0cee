// SPDX-License-Identifier: Apache-2.0
// Updating a patient locks the patient and then the trial; enrolling locks the trial and then the
// patient. When both have their first lock, each waits for the other's.
#include <mutex>
#include <utility>

#include "weft/channel.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        weft::Mutex patient("patient");
        weft::Mutex trial("trial");
        auto [ready, go_on] = weft::channel<char>();  // only to make the bad moment certain
        weft::scope([&, &ready = ready, &go_on = go_on](weft::Scope& s) {
            s.go("update patient", [&] {
                const std::lock_guard first(patient);
                (void)ready.send('.');
                const std::lock_guard second(trial);
            });
            s.go("enrol", [&] {
                const std::lock_guard first(trial);
                (void)go_on.recv();
                const std::lock_guard second(patient);
            });
        });
    });
}

// Says: weft: SMELL lock order: goroutine
// Says: while it holds lock
// Says: weft: PROVEN lock cycle: goroutine
// Says: runtime/examples/traps/03_lock_order/wrong.cpp:2
// Says: , which waits to lock mutex
