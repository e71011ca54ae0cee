// SPDX-License-Identifier: Apache-2.0
// A case refers to the value it would send: it lives in the call only.
// Refused: write the cases inside select
#include "weft/select.h"

void named_select_case(weft::Receiver<int>& rx) {
    auto receive = weft::on(rx, [](int) {});
    weft::select(receive);
}
