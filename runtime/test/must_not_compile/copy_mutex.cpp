// SPDX-License-Identifier: Apache-2.0
// Refused: deleted
#include "weft/mutex.h"

void copy_mutex() {
    weft::Mutex mutex;
    weft::Mutex copy = mutex;
}
