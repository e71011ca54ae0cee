// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/rate_limits.h"

#include <algorithm>
#include <mutex>

namespace cohort::resilience {

// A full bucket says nothing that a new one would not say.
void RateLimits::forget_unused() {
    std::erase_if(buckets_, [](const auto& one) {
        return one.second->tokens() >= static_cast<double>(one.second->burst());
    });
    if (buckets_.size() >= keys_max) buckets_.clear();  // more callers than we can tell apart
}

std::optional<weft::Duration> RateLimits::take(std::string_view key) {
    const std::lock_guard lock{mutex_};
    auto at = buckets_.find(key);
    if (at == buckets_.end()) {
        if (buckets_.size() >= keys_max) forget_unused();
        const auto burst = std::max<std::int64_t>(1, static_cast<std::int64_t>(2 * per_second_));
        at = buckets_
                 .emplace(std::string{key}, std::make_unique<weft::RateLimiter>(per_second_, burst))
                 .first;
    }
    if (at->second->allow()) return std::nullopt;
    const double missing = 1 - at->second->tokens();
    return std::chrono::duration_cast<weft::Duration>(
        std::chrono::duration<double>(missing / per_second_));
}

std::size_t RateLimits::size() {
    const std::lock_guard lock{mutex_};
    return buckets_.size();
}

}  // namespace cohort::resilience
