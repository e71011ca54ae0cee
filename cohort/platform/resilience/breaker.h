// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "weft/mutex.h"

#include "cohort/platform/resilience/window.h"

namespace cohort::resilience {

/// Spares what fails: the more of the calls of the last ten seconds failed, the fewer are made. Up
/// to a third may fail before any is held back.
///
/// Source: Google, Site Reliability Engineering, chapter 21 ("client-side throttling"): a call is
///         held back with probability (calls - 5 - 1.5 * successes) / (calls + 1). Beside that one
///         call in 250 ms is always made, and five successes in a row forget the failures: by the
///         formula alone a busy route would take minutes to come back.
class Breaker {
  public:
    static constexpr std::chrono::seconds window{10};
    static constexpr double successes_weight = 1.5;
    static constexpr int protected_calls = 5;
    static constexpr std::chrono::milliseconds probe_every{250};
    static constexpr int successes_to_close = 5;

    /// After this long who was held back finds out whether it works again.
    static constexpr std::chrono::seconds retry_after{2};

    explicit Breaker(unsigned seed = std::random_device{}());

    /// Whether to make the call; if so, say afterwards how it went, or nothing if nobody knows.
    bool allow();
    void succeeded();
    void failed();

    std::int64_t held_back() const;  ///< since the start

  private:
    struct Bucket {
        std::int64_t calls = 0;
        std::int64_t successes = 0;
    };

    mutable weft::Mutex mutex_{"breaker"};  // guards all below
    std::minstd_rand random_;
    Window<Bucket, 40> last_{window};
    weft::TimePoint probed_{};
    int successes_in_a_row_ = 0;
    bool has_failed_ = false;  // within the window, perhaps
    std::int64_t held_back_ = 0;
};

}  // namespace cohort::resilience
