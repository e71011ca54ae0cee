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
    static constexpr std::chrono::milliseconds too_late{100};
    static constexpr std::chrono::seconds remembered{1};

    /// Measures until the ambient context ends.
    void watch();

    /// Whether a goroutine was too late within the last second.
    bool is_overloaded() const noexcept;

  private:
    std::atomic<weft::TimePoint> last_late_{weft::TimePoint::min()};
};

}  // namespace cohort::resilience
