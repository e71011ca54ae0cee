// SPDX-License-Identifier: Apache-2.0
// A view of the sender's string may dangle in the receiver.
// Refused: may dangle in another goroutine
#include <string_view>

#include "weft/channel.h"

void send_string_view() {
    auto ends = weft::channel<std::string_view>(1);
}
