// SPDX-License-Identifier: Apache-2.0
// Refused: would leave the lock behind
#include <map>

#include "weft/guarded.h"

const int* guarded_returns_pointer(weft::Guarded<std::map<int, int>>& table) {
    return table.with([](std::map<int, int>& t) { return &t[1]; });
}
