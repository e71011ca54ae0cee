// SPDX-License-Identifier: Apache-2.0
// The limit is said when the group is made, before anything runs that it could be too late for.
// Refused: no member named .*set_limit
#include "weft/err_group.h"

void err_group_set_limit() {
    weft::ErrGroup group("imports", 2);
    group.set_limit(4);
}
