// SPDX-License-Identifier: Apache-2.0
#include "weft/cancelled.h"

namespace weft::detail {

void throw_cancelled() {
    throw Cancelled{};
}

}  // namespace weft::detail
