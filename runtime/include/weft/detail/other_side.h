// SPDX-License-Identifier: Apache-2.0
// Not every channel has Senders on the one side and Receivers on the other that people hold: the
// end of a context and a tick come from inside, and behind nil stands nobody. What there is instead
// says who could make it act, so that the diagnosis can tell.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "weft/detail/channel_core.h"

namespace weft::inline abi1::detail {

/// What stands on a channel's other side in place of ends that somebody holds.
struct OtherSide {
    const char* handle = nullptr;  ///< whoever has one can make it act: "Cancel"; null: nobody can
    Ends handles;                  ///< where those lie
    std::atomic<bool> acts_itself{false};     ///< when its time comes
    std::shared_ptr<const OtherSide> behind;  ///< may act as well
};

/// Lies in such a handle, and says where.
class HandlePlace {
  public:
    /// The first.
    explicit HandlePlace(std::shared_ptr<OtherSide> of) noexcept
        : of_(std::move(of)), place_(of_->handles.first()) {
        lies_here();
    }
    HandlePlace(const HandlePlace& other)
        : of_(other.of_), place_(of_ != nullptr ? of_->handles.add() : nullptr) {
        lies_here();
    }
    HandlePlace(HandlePlace&& other) noexcept
        : of_(std::move(other.of_)), place_(std::exchange(other.place_, nullptr)) {
        lies_here();
    }
    HandlePlace& operator=(HandlePlace other) noexcept {
        std::swap(of_, other.of_);
        std::swap(place_, other.place_);
        lies_here();
        other.lies_here();
        return *this;
    }
    ~HandlePlace() {
        if (place_ != nullptr) of_->handles.drop(place_);
    }

  private:
    void lies_here() noexcept {
        if (place_ != nullptr)
            place_->at.store(static_cast<const void*>(this), std::memory_order_relaxed);
    }
    std::shared_ptr<OtherSide> of_;
    EndPlace* place_;
};

}  // namespace weft::inline abi1::detail
