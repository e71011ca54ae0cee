// SPDX-License-Identifier: Apache-2.0
// Refused: may dangle in another goroutine
#include <functional>

#include "weft/channel.h"

void send_reference() {
    auto ends = weft::channel<std::reference_wrapper<int>>(1);
}
