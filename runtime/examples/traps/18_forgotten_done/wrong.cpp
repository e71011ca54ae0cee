// SPDX-License-Identifier: Apache-2.0
// Ported from Go without its `defer`: a site without reports returns early and is never counted
// down.
#include "weft/compat/wait_group.h"

using namespace weft::compat;

int main() {
    return run([] {
        WaitGroup sites("sites");
        for (int site = 0; site < 3; ++site) {
            sites.add(1);
            go("gather site", [site, &sites] {
                if (site == 1) return;  // nothing to gather
                sites.done();
            });
        }
        sites.wait();
    });
}

// Ends: 2
// Says: weft: PROVEN deadlock: all goroutines are asleep
// Says: "main" [wait group "sites"
// Says: waits at runtime/examples/traps/18_forgotten_done/wrong.cpp:18
