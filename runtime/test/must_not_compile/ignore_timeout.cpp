// SPDX-License-Identifier: Apache-2.0
// A limit that passed unnoticed is no limit.
// Refused: nodiscard|ignoring return
#include <chrono>

#include "weft/context.h"

#pragma GCC diagnostic error "-Wunused-result"

void ignore_timeout() {
    weft::timeout(std::chrono::seconds(2), [] {});
}
