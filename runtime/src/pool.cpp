// SPDX-License-Identifier: Apache-2.0
#include "weft/pool.h"

#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

std::size_t shard_of_caller(std::size_t shards) noexcept {
    const Worker* worker = this_worker();
    if (worker != nullptr) return worker->index % shards;
    // A plain thread: by the number of its pseudo-goroutine.
    return static_cast<std::size_t>(self()->id) % shards;
}

}  // namespace weft::inline abi1::detail
