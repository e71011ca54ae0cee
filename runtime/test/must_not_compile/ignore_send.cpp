// SPDX-License-Identifier: Apache-2.0
// A send that reached nobody must be looked at.
// Refused: nodiscard|ignoring return value
#include "weft/channel.h"

#pragma GCC diagnostic error "-Wunused-result"

void ignore_send(weft::Sender<int>& tx) {
    tx.send(1);
}
