// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <source_location>
#include <utility>

#include "weft/detail/spin_lock.h"
#include "weft/result.h"
#include "weft/time.h"

namespace weft::inline abi1 {

/// Lets events happen at a rate, and a burst of some at once: a bucket of `burst` tokens, full at
/// first, into which a token falls every 1/`per_second`.
///
/// Ordering: who waits is let through in the order of coming.
/// Source:   Go package golang.org/x/time/rate.
class RateLimiter {
  public:
    /// Errors: a rate that is not positive, or a bucket without room, is a contract breach.
    RateLimiter(double per_second, std::int64_t burst,
                const std::source_location& where = std::source_location::current());
    RateLimiter(const RateLimiter&) = delete;
    RateLimiter& operator=(const RateLimiter&) = delete;

    /// Takes `n` tokens if they are there. Never blocks.
    [[nodiscard]] bool allow(std::int64_t n = 1) noexcept;

    /// Waits for `n` tokens and takes them.
    ///
    /// Errors:  refused/burst: `n` is more than the bucket holds; timeout/deadline, at once, when
    ///          the ambient deadline comes before the tokens. Then none are taken.
    /// Blocks:  the goroutine, never its thread.
    /// Cancels: throws Cancelled; the tokens go back as far as nobody reserved later ones.
    Result<void> wait(std::int64_t n = 1,
                      const std::source_location& where = std::source_location::current());

    /// Tokens that were taken before they are there: the holder waits `delay()` before it acts.
    class [[nodiscard]] Reservation {
      public:
        /// How long from now; zero: act at once.
        Duration delay() const noexcept;
        /// Gives the tokens back, as far as nobody reserved later ones. Of no use once it is due.
        void cancel() noexcept;

      private:
        friend class RateLimiter;
        Reservation(RateLimiter& limiter, std::int64_t tokens, TimePoint due) noexcept
            : limiter_(&limiter), tokens_(tokens), due_(due) {}
        RateLimiter* limiter_;
        std::int64_t tokens_;
        TimePoint due_;
    };

    /// Takes `n` tokens, from the future if they are not there. Nothing when `n` is more than the
    /// bucket holds, or they would come later than `within` from now. Never blocks.
    std::optional<Reservation> reserve(std::int64_t n = 1,
                                       Duration within = Duration::max()) noexcept;

    double tokens() const noexcept;  ///< in the bucket just now; below zero: reserved ahead
    std::int64_t burst() const noexcept { return burst_; }

  private:
    double at_locked(TimePoint now) const noexcept;
    Duration time_for(double tokens) const noexcept;

    const double per_second_;
    const std::int64_t burst_;
    mutable detail::SpinLock lock_;
    double tokens_;
    TimePoint counted_;   // when tokens_ was right
    TimePoint last_due_;  // of the reservation furthest ahead
};

}  // namespace weft::inline abi1
