// SPDX-License-Identifier: Apache-2.0
#include "weft/wake_together.h"

#include <utility>

#include "runtime/src/gathered.h"
#include "runtime/src/runtime.h"

namespace weft::inline abi1 {

static thread_local WakeTogether* tls_together = nullptr;

WakeTogether::WakeTogether() noexcept {
    if (tls_together == nullptr && detail::this_worker() == nullptr) tls_together = this;
}

WakeTogether::~WakeTogether() {
    if (tls_together != this) return;
    tls_together = nullptr;
    let_go();
}

void WakeTogether::let_go() noexcept {
    detail::Goroutine* const first = std::exchange(first_, nullptr);
    detail::Goroutine* const last = std::exchange(last_, nullptr);
    const std::uint32_t count = std::exchange(count_, 0);
    detail::Runtime* const runtime = detail::Runtime::current();
    if (first != nullptr && runtime != nullptr) runtime->inject(first, last, count);
}

bool detail::Gathered::add(Goroutine* goroutine) noexcept {
    WakeTogether* const together = tls_together;
    if (together == nullptr) return false;
    goroutine->next = nullptr;
    (together->last_ != nullptr ? together->last_->next : together->first_) = goroutine;
    together->last_ = goroutine;
    ++together->count_;
    return true;
}

void detail::Gathered::let_go() noexcept {
    if (tls_together != nullptr) tls_together->let_go();
}

}  // namespace weft::inline abi1
