// SPDX-License-Identifier: Apache-2.0
// Where the permits of a Semaphore lie that are out. Nobody owns a permit as one owns a lock: it
// may be handed on. But it is given back only by who can use the Permit, so the place of that tells
// the diagnosis who keeps the others waiting.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "weft/detail/hidden.h"
#include "weft/detail/park.h"
#include "weft/detail/spin_lock.h"

namespace weft::inline abi1::detail {

/// Where one Permit lies just now, and who has put it there.
struct PermitPlace {
    std::atomic<Hidden<const void>> at{};
    std::atomic<const Goroutine*> by{nullptr};

    void lies(const void* here, const Goroutine* mover) noexcept {
        at.store(here, std::memory_order_relaxed);
        by.store(mover, std::memory_order_relaxed);
    }
};

/// The places of the first so many that are out at once. What changes them is guarded by the
/// semaphore's lock; who looks takes none, and may see them change.
class PermitPlaces {
  public:
    static constexpr std::size_t most = 64;

    /// For at most so many permits. 0: none is recorded.
    explicit PermitPlaces(std::int64_t permits)
        : room_(static_cast<unsigned>(std::min<std::int64_t>(permits, most))),
          places_(room_ == 0 ? nullptr : std::make_unique<PermitPlace[]>(room_)) {}

    /// Null: all places are in use. The Permit counts as one that lies nobody knows where.
    PermitPlace* take(const void* at, const Goroutine* by) noexcept {
        const std::uint64_t used = used_.load(std::memory_order_relaxed);
        const auto first_free = static_cast<unsigned>(std::countr_one(used));
        if (first_free >= room_) [[unlikely]] {
            unplaced_ = unplaced_ + 1;
            return nullptr;
        }
        PermitPlace& place = places_[first_free];
        place.lies(at, by);
        used_.store(used | (used + 1), std::memory_order_release);
        return &place;
    }
    void give(const PermitPlace* place) noexcept {
        if (place == nullptr) [[unlikely]] {
            unplaced_ = unplaced_ - 1;
            return;
        }
        const auto bit = std::uint64_t{1} << (place - places_.get());
        used_.store(used_.load(std::memory_order_relaxed) & ~bit, std::memory_order_relaxed);
    }

    /// Whether there is none that is not recorded.
    bool are_all() const noexcept { return unplaced_ == 0; }
    /// Calls f(address, by) for each that is recorded.
    template <class F>
    void each(F f) const {
        for (auto left = used_.load(std::memory_order_acquire); left != 0; left &= left - 1) {
            const PermitPlace& place = places_[static_cast<unsigned>(std::countr_zero(left))];
            f(place.at.load(std::memory_order_relaxed).get(),
              place.by.load(std::memory_order_relaxed));
        }
    }

  private:
    std::atomic<std::uint64_t> used_{0};
    Glimpse<std::uint32_t> unplaced_{0};
    const unsigned room_;
    const std::unique_ptr<PermitPlace[]> places_;
};

}  // namespace weft::inline abi1::detail
