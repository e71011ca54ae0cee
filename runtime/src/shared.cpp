// SPDX-License-Identifier: Apache-2.0
// All that are shared stand in lists, several of them, so that makers seldom meet.
#include "weft/shared.h"

#include <array>
#include <mutex>

namespace weft::inline abi1::detail {
namespace {

struct alignas(64) List {
    SpinLock lock;
    SharedBlock* first = nullptr;
};
constinit std::array<List, 16> lists;

List& list_of(const SharedBlock* block) noexcept {
    constexpr std::uintptr_t golden = 0x9e37'79b9'7f4a'7c15U;
    return lists[(reinterpret_cast<std::uintptr_t>(block) * golden) >> 60];
}

}  // namespace

SharedBlock::SharedBlock(std::size_t bytes, Destroy destroy) noexcept
    : destroy_(destroy), end_(low() + bytes) {
    List& list = list_of(this);
    const std::lock_guard guard(list.lock);
    before_ = &list.first;
    next_ = list.first;
    if (next_ != nullptr) next_->before_ = &next_;
    list.first = this;
}

SharedBlock::~SharedBlock() {
    const std::lock_guard guard(list_of(this).lock);
    *before_ = next_;
    if (next_ != nullptr) next_->before_ = before_;
}

void each_shared(void (*f)(const SharedBlock&, void*), void* arg) {
    for (List& list : lists) {
        const std::lock_guard guard(list.lock);
        for (const SharedBlock* block = list.first; block != nullptr; block = block->next_)
            f(*block, arg);
    }
}

}  // namespace weft::inline abi1::detail
