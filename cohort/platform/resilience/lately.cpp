// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/lately.h"

#include <algorithm>
#include <utility>

namespace cohort::resilience {

void Lately::asks(std::string_view caller) {
    forget_old();
    if (now_.contains(caller)) return;
    now_.emplace(caller);
    if (const auto at = before_.find(caller); at != before_.end()) before_.erase(at);
}

std::size_t Lately::callers() {
    forget_old();
    return std::max<std::size_t>(1, now_.size() + before_.size());
}

void Lately::forget_old() {
    const auto now = weft::Clock::now();
    if (now - began_ < moment_) return;
    before_ =
        now - began_ < 2 * moment_ ? std::exchange(now_, {}) : std::set<std::string, std::less<>>{};
    now_.clear();
    began_ = now;
}

}  // namespace cohort::resilience
