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
    explicit ChannelEnd(EndPlace* place) noexcept : place_(place) { lies_here(); }
    ChannelEnd(ChannelEnd&& other) noexcept : place_(std::exchange(other.place_, nullptr)) {
        lies_here();
    }
    ChannelEnd& operator=(ChannelEnd&& other) noexcept {
        ChannelEnd taken(std::move(other));
        std::swap(place_, taken.place_);
        lies_here();
        taken.lies_here();
        return *this;
    }
    ChannelEnd(const ChannelEnd&) = delete;
    ChannelEnd& operator=(const ChannelEnd&) = delete;
    ~ChannelEnd() {
        if (place_ != nullptr) place_->channel->drop_end(side, place_);
    }

  protected:
    EndPlace* add_end() const { return core().add_end(side); }
    ChannelCore& core() const {
        ENSURE(place_ != nullptr, side == Side::sends ? "a moved-from Sender was used"
                                                      : "a moved-from Receiver was used");
        return *place_->channel;
    }
    bool is_moved_from() const noexcept { return place_ == nullptr; }

  private:
    void lies_here() noexcept {
        if (place_ != nullptr)
            place_->at.store(static_cast<const void*>(this), std::memory_order_relaxed);
    }
    EndPlace* place_;
};

}  // namespace weft::inline abi1::detail
