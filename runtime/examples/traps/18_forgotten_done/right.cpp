// SPDX-License-Identifier: Apache-2.0
// Counting down is a destructor's work. And the loop's variable is captured by value, so that each
// goroutine has its own site.
#include <array>

#include "weft/ensure.h"
#include "weft/run.h"
#include "weft/wait_group.h"

int main() {
    return weft::run([] {
        std::array<int, 3> gathered{};
        weft::WaitGroup sites("sites");
        for (std::size_t site = 0; site < gathered.size(); ++site)
            sites.go("gather site", [site, &gathered] {
                if (site == 1) return;  // nothing to gather
                gathered[site] = 1;
            });
        sites.wait();
        ENSURE((gathered == std::array<int, 3>{1, 0, 1}), "each goroutine had its own site");
    });
}
