// SPDX-License-Identifier: Apache-2.0
// Refused: too few arguments|no matching function
#include "weft/lock_all.h"
#include "weft/mutex.h"

void lock_all_of_one(weft::Mutex& mutex) {
    auto held = weft::lock_all(mutex);
}
