// SPDX-License-Identifier: Apache-2.0
// The lock ends with the statement; the reference would go on.
// Refused: deleted
#include "weft/guarded.h"

void guarded_reference_of_temporary(weft::Guarded<int>& count) {
    int& dangling = *count.lock();
    ++dangling;
}
