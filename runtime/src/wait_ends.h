// SPDX-License-Identifier: Apache-2.0
// Where those ends lie by which a wait could be ended.
#pragma once

#include <array>
#include <cstddef>

#include "weft/detail/park.h"

namespace weft::inline abi1::detail {

/// Whether any one of several could end such a wait, who has the other end of something.
bool ends_by_one_of_several(WaitKind kind) noexcept;

/// Whether it is at channels, whose other ends count and not the channel.
bool is_at_a_channel(WaitKind kind) noexcept;

struct WaitEnds {
    static constexpr std::size_t most = 64;
    std::array<const void*, most> at;
    std::size_t count = 0;
    const char* handle = nullptr;  ///< what lies there, where that is no Sender or Receiver
    /// Where one of them lies on the heap, who can use this can use it; null: anybody can.
    const void* by_way_of = nullptr;
    bool somebody_in_front = false;  ///< could, by going without what it waits for
    bool anybody = false;  ///< could end it: it is about to end, or there are too many to look at

    void add(const void* address) noexcept {
        if (count == most)
            anybody = true;
        else
            at[count++] = address;
    }
};

/// Of a wait at ends, for permits or for a WaitGroup's tokens, whose waiter is held still.
/// Allocates nothing.
WaitEnds ends_of(WaitKind kind, const void* object) noexcept;

}  // namespace weft::inline abi1::detail
