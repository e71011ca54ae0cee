// SPDX-License-Identifier: Apache-2.0
// Receive, validate, archive: three stages joined by channels, closed stage by stage. Each
// goroutine owns its ends; when a stage returns, its Sender is dropped and the next stage's loop
// ends.
#include <cstdio>
#include <string>
#include <utility>

#include "weft/channel.h"
#include "weft/run.h"
#include "weft/scope.h"

struct Form {
    int number;
    double systolic;
};

int main() {
    return weft::run([] {
        auto [received_tx, received_rx] = weft::channel<Form>(10, "received");
        auto [valid_tx, valid_rx] = weft::channel<Form>(10, "valid");
        int archived = 0;
        weft::scope([&](weft::Scope& s) {
            s.go("receive", [out = std::move(received_tx)]() mutable {
                for (int i = 1; i <= 6; ++i)
                    if (!out.send(Form{i, i == 4 ? -1.0 : 110.0 + 5 * i})) return;
            });
            s.go("validate", [in = std::move(received_rx), out = std::move(valid_tx)]() mutable {
                for (const Form form : in)
                    if (form.systolic > 0 && !out.send(form)) return;
            });
            s.go("archive", [&archived, in = std::move(valid_rx)]() mutable {
                for (const Form form : in) {
                    std::printf("archived form %d: %.0f mmHg\n", form.number, form.systolic);
                    ++archived;
                }
            });
        });
        std::printf("%d of 6 archived\n", archived);
    });
}

// Output:
// archived form 1: 115 mmHg
// archived form 2: 120 mmHg
// archived form 3: 125 mmHg
// archived form 5: 135 mmHg
// archived form 6: 140 mmHg
// 5 of 6 archived
