// SPDX-License-Identifier: Apache-2.0
#include "weft/lock_all.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "weft/detail/park.h"

namespace weft::inline abi1 {

AllLocked::AllLocked(std::array<detail::AnyLock, most> locks) : locks_(locks) {
    // The places that name no lock go to the end.
    std::sort(locks_.begin(), locks_.end(), [](const auto& a, const auto& b) {
        if (a.object == nullptr || b.object == nullptr) return b.object == nullptr && a.object;
        return std::less<>()(a.object, b.object);
    });
    detail::HeldLocks& held = detail::ambient(detail::self()).held;
    const auto before =
        std::exchange(held.unordered_from, std::min(held.unordered_from, held.count));
    try {
        for (; held_ < most && locks_[held_].object != nullptr; ++held_)
            locks_[held_].lock(locks_[held_].object, locks_[held_].where);
    } catch (...) {
        held.unordered_from = before;
        release();
        throw;
    }
    held.unordered_from = before;
}

void AllLocked::release() noexcept {
    while (held_ > 0) {
        --held_;
        locks_[held_].unlock(locks_[held_].object);
    }
}

}  // namespace weft::inline abi1
