// SPDX-License-Identifier: Apache-2.0
#include "weft/outside_waker.h"

#include "runtime/src/runtime.h"

namespace weft::inline abi1 {

namespace detail {
std::atomic<std::size_t>& outside_wakers() noexcept {
    static std::atomic<std::size_t> number{0};
    return number;
}
}  // namespace detail

OutsideWaker::OutsideWaker() noexcept
    : counted_(detail::Runtime::current() == nullptr || !detail::Runtime::current()->sim) {
    if (counted_) detail::outside_wakers().fetch_add(1, std::memory_order_seq_cst);
}
// The one that goes last may leave a deadlock behind: its goroutine's next wait will see it. A
// plain thread that drops it has nothing more to wake by then.
OutsideWaker::~OutsideWaker() {
    if (counted_) detail::outside_wakers().fetch_sub(1, std::memory_order_seq_cst);
}

}  // namespace weft::inline abi1
