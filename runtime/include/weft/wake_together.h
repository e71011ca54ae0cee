// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace weft::inline abi1 {

namespace detail {
class Goroutine;
struct Gathered;
}  // namespace detail

/// While it lives, goroutines that this thread makes runnable (by a send, an unlock, a Promise) are
/// gathered, and they are let go together when it ends: by one lock, and by no more wake-ups than
/// there are idle workers. For a thread that answers many at once, such as a writer that has
/// committed a batch; on a worker, and inside another one, it changes nothing.
///
/// Blocks:   never. A wait of this thread lets them go first.
/// Ordering: that of each wake-up.
class WakeTogether {
  public:
    WakeTogether() noexcept;
    ~WakeTogether();
    WakeTogether(const WakeTogether&) = delete;
    WakeTogether& operator=(const WakeTogether&) = delete;

  private:
    friend struct detail::Gathered;
    void let_go() noexcept;

    detail::Goroutine* first_ = nullptr;
    detail::Goroutine* last_ = nullptr;
    std::uint32_t count_ = 0;
};

}  // namespace weft::inline abi1
