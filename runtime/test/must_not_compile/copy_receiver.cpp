// SPDX-License-Identifier: Apache-2.0
// Refused: deleted
#include "weft/channel.h"

void copy_receiver() {
    auto [tx, rx] = weft::channel<int>(1);
    auto captured = [rx] {};
}
