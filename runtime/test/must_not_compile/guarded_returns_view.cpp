// SPDX-License-Identifier: Apache-2.0
// Refused: would leave the lock behind
#include <string>
#include <string_view>

#include "weft/guarded.h"

void guarded_returns_view(weft::Guarded<std::string>& name) {
    name.with([](std::string& n) { return std::string_view(n); });
}
