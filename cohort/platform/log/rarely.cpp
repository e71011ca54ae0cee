// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/log/rarely.h"

#include <mutex>
#include <utility>

namespace cohort::log {

std::optional<std::int64_t> Rarely::happens(std::string_view key) {
    const auto now = weft::Clock::now();
    const std::lock_guard lock{mutex_};
    auto at = seen_.find(key);
    if (at == seen_.end()) {
        if (seen_.size() >= keys_max) forget_past(now);
        seen_.emplace(std::string{key}, Seen{.line = now});
        return 1;
    }
    ++at->second.since;
    if (now - at->second.line < every_) return std::nullopt;
    at->second.line = now;
    return std::exchange(at->second.since, 0);
}

// What has not happened for so long begins anew; and of more keys than we can tell apart each does.
void Rarely::forget_past(weft::TimePoint now) {
    std::erase_if(seen_, [&](const auto& one) {
        return one.second.since == 0 && now - one.second.line >= every_;
    });
    if (seen_.size() >= keys_max) seen_.clear();
}

}  // namespace cohort::log
