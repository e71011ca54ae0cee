// SPDX-License-Identifier: Apache-2.0
// A Mutex knows no readers: read() is for Guarded<T, RWMutex>.
// Refused: SharedLockable|constraints not satisfied
#include "weft/guarded.h"

void guarded_read_of_mutex(weft::Guarded<int>& count) {
    count.read([](const int& n) { return n; });
}
