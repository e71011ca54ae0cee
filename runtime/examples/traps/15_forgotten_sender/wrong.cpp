// SPDX-License-Identifier: Apache-2.0
// Workers take questionnaires from a channel until it ends. It never does: each submitter has a
// clone of the Sender, and the parent still holds the original while it waits for the workers.
#include <utility>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

int main() {
    return weft::run([] {
        auto [submit, questionnaires] = weft::channel<int>(10, "questionnaires");
        weft::scope([&, &submit = submit, &questionnaires = questionnaires](weft::Scope& s) {
            for (int i = 0; i < 2; ++i)
                s.go("worker", [in = questionnaires.clone()]() mutable {
                    for (const int questionnaire : in) (void)questionnaire;
                });
            s.go("submitter", [out = submit.clone()]() mutable { (void)out.send(1); });
        });
    });
}

// Ends: 2
// Says: weft: PROVEN deadlock: all goroutines are asleep
// Says: "main" [join "scope"
// Says: "worker" [receive "questionnaires"
// Says: waits at runtime/examples/traps/15_forgotten_sender/wrong.cpp:16
// Says: wrong.cpp:12) has 1 Sender and 3 Receivers
