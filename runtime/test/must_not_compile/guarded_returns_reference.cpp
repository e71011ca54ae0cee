// SPDX-License-Identifier: Apache-2.0
// A reference that leaves the body is used without the lock.
// Refused: would leave the lock behind
#include <string>

#include "weft/guarded.h"

void guarded_returns_reference(weft::Guarded<std::string>& name) {
    name.with([](std::string& n) -> std::string& { return n; });
}
