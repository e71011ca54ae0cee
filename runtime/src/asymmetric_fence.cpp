// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/asymmetric_fence.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::inline abi1::detail {

namespace {
bool register_membarrier() noexcept {
    return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}
}  // namespace

const bool has_membarrier = register_membarrier();

void full_fence() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

void heavy_fence() noexcept {
    full_fence();
    if (has_membarrier) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
}

}  // namespace weft::inline abi1::detail
