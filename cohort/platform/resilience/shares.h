// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/resilience/priority.h"

namespace cohort::resilience {

/// What each caller has running, and what its fair share of a bound is. Knows nobody who has
/// nothing running. Not for two threads.
///
/// Each class counts itself and those above it. So what is in the share of a lower class is also in
/// that of a higher one: the higher counts fewer of everybody's.
///
/// Source: max-min fairness, Bertsekas and Gallager, Data Networks, §6.5.2.
class Shares {
  public:
    void began(std::string_view caller, Priority priority);
    void ended(std::string_view caller, Priority priority);

    /// Of this class and those above.
    std::size_t running(Priority priority) const noexcept {
        return running_[static_cast<std::size_t>(priority)];
    }

    /// Whether one more of the caller is within its share: whether what all have running fits in
    /// `places`, when nobody is counted for more than this caller would have then. Whoever has less
    /// than an equal part always fits, and what some leave is there for those who ask more.
    bool has_room(std::string_view caller, Priority priority, std::size_t places) const;

    /// What the caller would have running with one more. Of this class and those above.
    std::size_t with_one_more(std::string_view caller, Priority priority) const;

    /// Callers who have something running.
    std::size_t size() const noexcept { return callers_.size(); }

  private:
    using Counts = std::array<std::size_t, priorities>;

    Counts running_{};
    std::map<std::string, Counts, std::less<>> callers_;
    /// [class][n]: how many callers have more than n running. Its sum up to n is what all have when
    /// nobody is counted for more than n, so no question needs a look at every caller.
    std::array<std::vector<std::size_t>, priorities> having_more_;
};

}  // namespace cohort::resilience
