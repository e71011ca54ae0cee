// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "weft/mutex.h"

#include "cohort/base/result.h"
#include "cohort/platform/resilience/lately.h"
#include "cohort/platform/resilience/priority.h"
#include "cohort/platform/resilience/shares.h"
#include "cohort/platform/resilience/turns.h"
#include "cohort/platform/resilience/window.h"

namespace cohort::resilience {

struct ShedderOptions {
    std::size_t running_max = 4096;  ///< of all classes; bulk takes half of it at most, reads 80 %

    /// So many run whatever else: as many as one commit of the store is worth waiting for. Each
    /// caller can have an equal part of them. Who asks for more gets what others leave of a
    /// quarter, which is enough to keep the machine at work: more would only make everybody wait.
    std::size_t running_min = 64;

    /// Whether the machine has more to do than it can. Empty: never.
    std::function<bool()> is_overloaded = {};

    /// Whether there is a queue in which callers wait for each other, be the machine overloaded or
    /// not. A caller who is there alone may queue as long as it likes. Empty: never.
    std::function<bool()> is_crowded = {};
};

/// Refuses early what would only wait: when the machine is overloaded, no more run than it has been
/// seen to finish in the time that one takes, and each caller has its fair share of them.
///
/// Source: Little's law over the last 5 s in 50 buckets, as go-zero's adaptive shedder has it:
///         most finished in a bucket * buckets a second * least mean time.
class Shedder {
  public:
    explicit Shedder(ShedderOptions options) : options_(std::move(options)) {}

    /// Held by what runs.
    class [[nodiscard]] Pass {
      public:
        Pass(Pass&& other) noexcept
            : shedder_(std::exchange(other.shedder_, nullptr)),
              caller_(std::move(other.caller_)),
              priority_(other.priority_),
              began_(other.began_) {}
        Pass& operator=(Pass&&) = delete;
        ~Pass();

      private:
        friend class Shedder;
        Pass(Shedder& shedder, std::string_view caller, Priority priority);
        Shedder* shedder_;
        std::string caller_;
        Priority priority_;
        weft::TimePoint began_ = weft::Clock::now();
    };

    /// Errors: unavailable/overloaded when no more can run, whoever asks; throttled/over-share when
    /// others need what is left.
    Result<Pass> admit(std::string_view caller, Priority priority);

    /// What admit would say at this moment.
    Result<void> would_admit(std::string_view caller, Priority priority);

    /// For a caller who has just been refused: how long until it would be admitted, if all of its
    /// that were refused came back when they were told. Its pace is an equal part of the best that
    /// was seen in the last 5 s.
    weft::Duration next_turn(std::string_view caller);

    /// Callers who have something running.
    std::size_t callers();

  private:
    struct Bucket {
        std::int64_t finished = 0;
        weft::Duration took{};
    };

    /// Of the last 5 s.
    struct Seen {
        std::int64_t most = 0;  ///< finished in a bucket
        weft::Duration least = weft::Duration::max();
        std::int64_t all = 0;      ///< finished
        std::int64_t buckets = 0;  ///< in which anything was
    };

    Seen seen();
    std::size_t sustainable();  ///< at best
    std::size_t usual();        ///< on average
    bool is_in_share(std::string_view caller, Priority priority);
    Result<void> judge(std::string_view caller, Priority priority);
    void finished(const Pass& pass) noexcept;

    const ShedderOptions options_;
    weft::Mutex mutex_{"shedder"};  // guards what is below
    Shares shares_;
    Turns turns_;
    Lately lately_{std::chrono::seconds{1}};
    weft::TimePoint last_over_share_ = weft::TimePoint::min();
    Window<Bucket, 50> last_{std::chrono::seconds{5}};
};

}  // namespace cohort::resilience
