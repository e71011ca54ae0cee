// SPDX-License-Identifier: Apache-2.0
#include "weft/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "weft/context.h"
#include "weft/ensure.h"

namespace weft::inline abi1 {

RateLimiter::RateLimiter(double per_second, std::int64_t burst, const std::source_location& where)
    : per_second_(per_second),
      burst_(burst),
      tokens_(static_cast<double>(burst)),
      counted_(Clock::now()) {
    if (!(per_second > 0) || burst <= 0)
        contract_broken("per_second > 0 && burst > 0",
                        "a RateLimiter needs a positive rate and burst", where);
}

double RateLimiter::at_locked(TimePoint now) const noexcept {
    const std::chrono::duration<double> since = now - counted_;
    return std::min(static_cast<double>(burst_), tokens_ + since.count() * per_second_);
}

Duration RateLimiter::time_for(double tokens) const noexcept {
    const double ns = std::ceil(tokens / per_second_ * 1e9);
    return ns >= 9e18 ? Duration::max() : Duration(static_cast<std::int64_t>(ns));
}

std::optional<RateLimiter::Reservation> RateLimiter::reserve(std::int64_t n,
                                                             Duration within) noexcept {
    if (n > burst_ || n < 0) return std::nullopt;
    const TimePoint now = Clock::now();
    std::lock_guard guard(lock_);
    const double left = at_locked(now) - static_cast<double>(n);
    const Duration delay = left >= 0 ? Duration::zero() : time_for(-left);
    if (delay > within || delay == Duration::max()) return std::nullopt;
    tokens_ = left;
    counted_ = now;
    last_due_ = std::max(last_due_, now + delay);
    return Reservation(*this, n, now + delay);
}

bool RateLimiter::allow(std::int64_t n) noexcept {
    return reserve(n, Duration::zero()).has_value();
}

Result<void> RateLimiter::wait(std::int64_t n, const std::source_location& where) {
    if (n > burst_)
        return Error{ErrorKind::refused, "burst", "more tokens at once than the bucket holds"};
    const auto deadline = current_deadline();
    auto reserved = reserve(
        n, deadline ? std::max(Duration::zero(), *deadline - Clock::now()) : Duration::max());
    if (!reserved)
        return Error{ErrorKind::timeout, "deadline", "the tokens would come after the deadline"};
    const Duration delay = reserved->delay();
    if (delay == Duration::zero()) return {};
    try {
        sleep(delay, where);
    } catch (const Cancelled&) {
        reserved->cancel();
        throw;
    }
    return {};
}

Duration RateLimiter::Reservation::delay() const noexcept {
    return std::max(Duration::zero(), due_ - Clock::now());
}

// Later reservations were placed behind this one and stay where they are: what they took comes from
// the time that is given back.
void RateLimiter::Reservation::cancel() noexcept {
    const TimePoint now = Clock::now();
    RateLimiter& l = *limiter_;
    std::lock_guard guard(l.lock_);
    if (tokens_ == 0 || due_ <= now) return;
    const std::chrono::duration<double> later = l.last_due_ - due_;
    const double back = static_cast<double>(tokens_) - later.count() * l.per_second_;
    tokens_ = 0;
    if (back <= 0) return;
    l.tokens_ = std::min(static_cast<double>(l.burst_), l.at_locked(now) + back);
    l.counted_ = now;
    if (due_ == l.last_due_) {
        const TimePoint before = due_ - l.time_for(back);
        l.last_due_ = std::max(before, now);
    }
}

double RateLimiter::tokens() const noexcept {
    const TimePoint now = Clock::now();
    std::lock_guard guard(lock_);
    return at_locked(now);
}

}  // namespace weft::inline abi1
