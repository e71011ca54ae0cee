// SPDX-License-Identifier: Apache-2.0
// Closing by hand is how channels are closed twice, or under a sender: the last Sender closes it.
// Refused: no member named .*close
#include "weft/channel.h"

void close_sender(weft::Sender<int>& tx) {
    tx.close();
}
