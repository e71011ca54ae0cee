// SPDX-License-Identifier: Apache-2.0
// One call of sim::explore: its runs, and how a failing schedule is shortened.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "weft/explore.h"

#include "runtime/src/explored_run.h"

namespace weft::inline abi1::detail {

/// How one run went.
struct Ended {
    RunEnd end = RunEnd::fine;
    std::string what;
    std::vector<Pick> picks;
    std::vector<Stretch> stretches;  ///< where these were watched

    bool failed() const noexcept { return end != RunEnd::fine; }
};

std::vector<std::uint32_t> numbers_of(const std::vector<Pick>& picks);

class Exploration {
  public:
    /// `site` is what WEFT_REPLAY calls it by.
    Exploration(const sim::ExploreOptions& options, const std::function<void()>& test,
                std::string site)
        : options_(options), test_(test), site_(std::move(site)) {}

    Ended run(Strategy& strategy, Watch watch = Watch::choices) const;
    Ended again(std::vector<std::uint32_t> picks, Watch watch = Watch::choices) const;
    /// Picks with which the test fails alike, as many of them 0 as a few hundred runs can find.
    std::vector<std::uint32_t> shortened(const Ended& failed) const;

    const std::string& site() const noexcept { return site_; }
    /// What WEFT_REPLAY must be.
    std::string replay_of(const std::vector<std::uint32_t>& picks) const;

  private:
    const sim::ExploreOptions& options_;
    const std::function<void()>& test_;
    std::string site_;
};

/// Who ran how far, line by line; choices of values among it.
std::string story_of(const Ended& ended);
/// Where two runs with the same choices went different ways, and who ran then. Empty: nowhere. The
/// second one's stretches were watched.
std::string difference(const Ended& first, const Ended& second);

}  // namespace weft::inline abi1::detail
