// SPDX-License-Identifier: Apache-2.0
// A copy that nobody thinks of keeps a channel open for ever: clone() says it aloud.
// Refused: deleted
#include "weft/channel.h"

void copy_sender() {
    auto [tx, rx] = weft::channel<int>(1);
    weft::Sender<int> copy = tx;
}
