// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/turns.h"

#include <algorithm>

namespace cohort::resilience {

// A turn that has passed says nothing that a new caller's would not say.
void Turns::forget_past(weft::TimePoint now) {
    std::erase_if(last_, [&](const auto& one) { return one.second <= now; });
    if (last_.size() >= keys_max) last_.clear();  // more callers than we can tell apart
}

weft::Duration Turns::take(std::string_view caller, weft::Duration every) {
    const auto now = weft::Clock::now();
    auto at = last_.find(caller);
    if (at == last_.end()) {
        if (last_.size() >= keys_max) forget_past(now);
        at = last_.emplace(std::string{caller}, now).first;
    }
    at->second = std::min(std::max(at->second, now) + every, now + weft::Duration{longest});
    return at->second - now;
}

}  // namespace cohort::resilience
