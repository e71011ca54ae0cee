// SPDX-License-Identifier: Apache-2.0
// Refused: may dangle in another goroutine
#include <span>

#include "weft/channel.h"

void send_span() {
    auto ends = weft::channel<std::span<const int>>(1);
}
