// SPDX-License-Identifier: Apache-2.0
// Two validators share one channel of findings; the first to finish closes it under the other.
#include "weft/compat/chan.h"
#include "weft/compat/wait_group.h"

using namespace weft::compat;

int main() {
    return run([] {
        const auto findings = make_chan<int>(4, "findings");
        const auto closed = make_chan<char>();  // only to make the bad moment certain
        WaitGroup validators;
        validators.go("validate vital signs", [=] {
            findings.send(1);
            findings.close();
            closed.close();
        });
        validators.go("validate laboratory", [=] {
            closed.recv();
            findings.send(2);
        });
        validators.wait();
        weft::yield();
        for (int finding : findings) (void)finding;
    });
}

// Says: PROVEN contract broken: an exception left the detached goroutine
// Says: send on closed channel "findings" at runtime/examples/traps/08_send_on_closed/wrong.cpp:20
