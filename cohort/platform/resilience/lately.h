// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "weft/time.h"

namespace cohort::resilience {

/// Who has asked for anything in the last moment. Not for two threads.
class Lately {
  public:
    /// Remembered for `moment` at least, for twice as long at most.
    explicit Lately(weft::Duration moment) : moment_(moment) {}

    void asks(std::string_view caller);

    /// How many have asked. Shape: 1 at least: whoever wants to know.
    std::size_t callers();

  private:
    void forget_old();

    const weft::Duration moment_;
    weft::TimePoint began_{};
    std::set<std::string, std::less<>> now_;     // since then
    std::set<std::string, std::less<>> before_;  // in the moment before; not in now_
};

}  // namespace cohort::resilience
