// SPDX-License-Identifier: Apache-2.0
// Ported from Go line by line: receive, validate, archive. The middle stage forgets to close its
// channel, so the archive waits for more, and main for the archive.
#include "weft/compat/chan.h"
#include "weft/compat/wait_group.h"

using namespace weft::compat;

int main() {
    return run([] {
        const auto received = make_chan<int>(10, "received");
        const auto valid = make_chan<int>(10, "valid");
        WaitGroup stages("stages");
        stages.go("receive", [received] {
            for (int form = 1; form <= 3; ++form) received.send(form);
            received.close();
        });
        stages.go("validate", [received, valid] {
            for (const int form : received) valid.send(form);
        });
        stages.go("archive", [valid] {
            for (const int form : valid) (void)form;
        });
        stages.wait();
    });
}

// Ends: 2
// Says: weft: PROVEN deadlock: all goroutines are asleep
// Says: "main" [wait group "stages"
// Says: "archive" [receive "valid"
// Says: waits at runtime/examples/traps/17_unclosed_stage/wrong.cpp:22
