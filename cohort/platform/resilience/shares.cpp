// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/shares.h"

#include <algorithm>

#include "weft/ensure.h"

namespace cohort::resilience {

void Shares::began(std::string_view caller, Priority priority) {
    auto at = callers_.find(caller);
    if (at == callers_.end()) at = callers_.emplace(std::string{caller}, Counts{}).first;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(priority); ++i) {
        const std::size_t had = at->second[i]++;
        if (had == having_more_[i].size()) having_more_[i].push_back(0);
        ++having_more_[i][had];
        ++running_[i];
    }
}

void Shares::ended(std::string_view caller, Priority priority) {
    const auto at = callers_.find(caller);
    ENSURE(at != callers_.end(), "what ends has begun");
    for (std::size_t i = 0; i <= static_cast<std::size_t>(priority); ++i) {
        --having_more_[i][--at->second[i]];
        --running_[i];
    }
    if (at->second.front() == 0) callers_.erase(at);
}

bool Shares::has_room(std::string_view caller, Priority priority, std::size_t places) const {
    const std::size_t would_have = with_one_more(caller, priority);
    const auto& having_more = having_more_[static_cast<std::size_t>(priority)];
    std::size_t all = 1;
    for (std::size_t n = 0; n < std::min(would_have, having_more.size()) && all <= places; ++n)
        all += having_more[n];
    return all <= places;
}

std::size_t Shares::with_one_more(std::string_view caller, Priority priority) const {
    const auto at = callers_.find(caller);
    return (at == callers_.end() ? 0 : at->second[static_cast<std::size_t>(priority)]) + 1;
}

}  // namespace cohort::resilience
