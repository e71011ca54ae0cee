// SPDX-License-Identifier: Apache-2.0
#include "weft/cancelled.h"

namespace weft::inline abi1::detail {

void throw_cancelled() {
    throw Cancelled{};
}

}  // namespace weft::inline abi1::detail
