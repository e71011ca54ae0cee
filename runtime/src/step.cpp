// SPDX-License-Identifier: Apache-2.0
#include "weft/detail/step.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1::detail {

constinit std::atomic<bool> exploring{false};

void step_now() noexcept {
    Worker* worker = this_worker();
    if (worker != nullptr && worker->runtime.sim) worker->step();
}

}  // namespace weft::inline abi1::detail
