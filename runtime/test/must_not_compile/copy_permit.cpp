// SPDX-License-Identifier: Apache-2.0
// A copied permit would be given back twice.
// Refused: deleted|implicitly declared as deleted
#include "weft/semaphore.h"

void copy_permit(weft::Semaphore::Permit& permit) {
    weft::Semaphore::Permit copy = permit;
}
