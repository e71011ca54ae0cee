// SPDX-License-Identifier: Apache-2.0
// An end of a channel, whatever its element: it counts, and the channel always knows where it lies,
// so that the diagnosis can tell who could still use it.
#pragma once

#include <utility>

#include "weft/detail/channel_core.h"
#include "weft/ensure.h"

namespace weft::inline abi1::detail {

template <Side side>
class ChannelEnd {
  public:
    /// Null: a moved-from one.
    ChannelEnd(ChannelCore* core, EndPlace* place) noexcept : core_(core), place_(place) {
        lies_here();
    }
    ChannelEnd(ChannelEnd&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)), place_(other.place_) {
        lies_here();
    }
    ChannelEnd& operator=(ChannelEnd&& other) noexcept {
        ChannelEnd taken(std::move(other));
        std::swap(core_, taken.core_);
        std::swap(place_, taken.place_);
        lies_here();
        taken.lies_here();
        return *this;
    }
    ChannelEnd(const ChannelEnd&) = delete;
    ChannelEnd& operator=(const ChannelEnd&) = delete;
    ~ChannelEnd() {
        if (core_ != nullptr) core_->drop_end(side, place_);
    }

  protected:
    EndPlace* add_end() const { return core().add_end(side); }
    ChannelCore& core() const {
        ENSURE(core_ != nullptr, side == Side::sends ? "a moved-from Sender was used"
                                                     : "a moved-from Receiver was used");
        return *core_;
    }
    bool is_moved_from() const noexcept { return core_ == nullptr; }

  private:
    void lies_here() noexcept {
        if (core_ != nullptr) place_->at.store(this, std::memory_order_relaxed);
    }
    ChannelCore* core_;
    EndPlace* place_;
};

}  // namespace weft::inline abi1::detail
