// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weft/time.h"

namespace cohort::resilience {

/// The last moments in buckets of the same length; what is older is forgotten. Not for two threads.
template <class Bucket, std::size_t count>
class Window {
  public:
    explicit Window(weft::Duration length) : step_(length / static_cast<int>(count)) {}

    /// The bucket of this moment.
    Bucket& current() {
        forget_old();
        return buckets_[index(at_)];
    }

    /// Every bucket that lies in the window, the one of this moment last.
    template <class F>
    void each(F f) {
        forget_old();
        for (std::int64_t i = at_ - static_cast<std::int64_t>(count) + 1; i <= at_; ++i)
            f(buckets_[index(i)]);
    }

    void clear() { buckets_ = {}; }
    weft::Duration step() const noexcept { return step_; }

  private:
    static std::size_t index(std::int64_t at) {
        constexpr auto n = static_cast<std::int64_t>(count);
        return static_cast<std::size_t>(((at % n) + n) % n);
    }
    void forget_old() {
        const std::int64_t now = weft::Clock::now().time_since_epoch() / step_;
        if (now - at_ >= static_cast<std::int64_t>(count)) clear();
        for (; at_ < now && now - at_ < static_cast<std::int64_t>(count);)
            buckets_[index(++at_)] = {};
        at_ = now;
    }

    weft::Duration step_;
    std::int64_t at_ = 0;
    std::array<Bucket, count> buckets_{};
};

}  // namespace cohort::resilience
