// SPDX-License-Identifier: Apache-2.0
// Refused: deleted
#include "weft/wait_group.h"

void copy_token(weft::WaitGroup::Token& token) {
    weft::WaitGroup::Token copy = token;
}
