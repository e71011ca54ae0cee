// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

#include "weft/time.h"

namespace cohort::resilience {

/// Whether the processors keep up: how much later than asked for a sleeping goroutine runs again,
/// when it queues up like any other.
/// Unlike a share of processor time it also sees what the neighbours on the machine take.
class Lag {
  public:
    static constexpr std::chrono::milliseconds look_every{20};
    static constexpr std::chrono::milliseconds usual{100};
    static constexpr std::chrono::seconds remembered{1};

    /// Overloaded is what runs a goroutine so late. 0: always.
    explicit Lag(weft::Duration too_late = usual) : too_late_(too_late) {}

    /// Measures until the ambient context ends.
    void watch();

    /// Whether a goroutine is too late, or was within the last second.
    bool is_overloaded() const noexcept;

  private:
    const weft::Duration too_late_;
    std::atomic<weft::TimePoint> due_{weft::TimePoint::max()};
    std::atomic<weft::TimePoint> last_late_{weft::TimePoint::min()};
};

}  // namespace cohort::resilience
