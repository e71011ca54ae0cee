// SPDX-License-Identifier: Apache-2.0
// A permit that nobody holds is given back at once.
// Refused: nodiscard|ignoring return
#include "weft/semaphore.h"

#pragma GCC diagnostic error "-Wunused-result"

void ignore_permit(weft::Semaphore& semaphore) {
    semaphore.acquire();
}
