// SPDX-License-Identifier: Apache-2.0
// Counting inside the goroutine was the bug; there is no add() to do it with.
// Refused: no member named .*add
#include "weft/wait_group.h"

void wait_group_add() {
    weft::WaitGroup group;
    group.add(1);
}
