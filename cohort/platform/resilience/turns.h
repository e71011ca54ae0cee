// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "weft/time.h"

namespace cohort::resilience {

/// When those who were refused would have their turn, if each came back when it was told: one
/// behind the other, each caller's in a row of its own. Not for two threads.
class Turns {
  public:
    static constexpr std::size_t keys_max = 10'000;
    static constexpr std::chrono::seconds longest{10};  ///< nothing can be foretold beyond it

    /// Gives away the next turn of a caller who has one each `every`. Shape: how long until then.
    weft::Duration take(std::string_view caller, weft::Duration every);

    std::size_t size() const noexcept { return last_.size(); }

  private:
    void forget_past(weft::TimePoint now);

    std::map<std::string, weft::TimePoint, std::less<>> last_;  // turn that was given away
};

}  // namespace cohort::resilience
