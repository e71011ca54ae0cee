// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "weft/mutex.h"
#include "weft/rate_limiter.h"

namespace cohort::resilience {

/// A bucket of tokens for each key: so many a second, and a burst of as much as two seconds give.
class RateLimits {
  public:
    static constexpr std::size_t keys_max = 10'000;

    explicit RateLimits(double per_second) : per_second_(per_second) {}

    /// Takes a token of the key. Shape: nothing when there was one; else how long until there is.
    std::optional<weft::Duration> take(std::string_view key);

    std::size_t size();

  private:
    void forget_unused();

    const double per_second_;
    weft::Mutex mutex_{"rate limits"};
    std::map<std::string, std::unique_ptr<weft::RateLimiter>, std::less<>> buckets_;
};

}  // namespace cohort::resilience
