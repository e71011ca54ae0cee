// SPDX-License-Identifier: Apache-2.0
#include "weft/blocking.h"

#include "runtime/src/runtime.h"
#include "runtime/src/worker.h"

namespace weft::inline abi1::detail {

namespace {
// Two plain stores a call: the watchman reads them from outside.
void count(Worker* worker) noexcept {
    if (worker == nullptr) return;
    const auto before = worker->calls_here.load(std::memory_order_relaxed);
    worker->calls_here.store(before + 1, std::memory_order_relaxed);
}

Worker* worker_unless_cancelled() {
    const Ambient& context = ambient(self());
    if (context.cancelled != nullptr && context.cancelled->load(std::memory_order_acquire))
        throw_cancelled();
    return this_worker();
}
}  // namespace

// A goroutine that may not park stays on its worker. The simulator's calls take no virtual time,
// and a plain thread is its own.
HoldsUp::HoldsUp() : worker_(worker_unless_cancelled()) {
    count(worker_);
}

HoldsUp::~HoldsUp() {
    count(worker_);
}

}  // namespace weft::inline abi1::detail
