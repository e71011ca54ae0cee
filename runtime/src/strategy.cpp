// SPDX-License-Identifier: Apache-2.0
#include "runtime/src/strategy.h"

#include <algorithm>

namespace weft::inline abi1::detail {

namespace {

// Not std::uniform_int_distribution: its answers differ between libraries, and a seed must not.
std::size_t below(std::mt19937_64& generator, std::size_t n) noexcept {
    return static_cast<std::size_t>(generator() % n);
}

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t schedule) noexcept {
    return seed + 0x9e37'79b9'7f4a'7c15ULL * schedule;
}

}  // namespace

bool RandomStrategy::begin() {
    generator_.seed(seed_of(seed_, schedules_++));
    return true;
}

std::size_t RandomStrategy::value(std::size_t n) noexcept {
    return below(generator_, n);
}

// --- priorities ----------------------------------------------------------------------------------

bool PctStrategy::begin() {
    generator_.seed(seed_of(seed_, schedules_++));
    priorities_.clear();
    lowest_ = 0;
    at_ = 0;
    for (std::size_t& change : changes_) change = 1 + below(generator_, longest_);
    return true;
}

void PctStrategy::end() noexcept {
    // How long a schedule is becomes known by the first one.
    longest_ = schedules_ == 1 ? std::max<std::size_t>(at_, 1) : std::max(longest_, at_);
}

std::int64_t& PctStrategy::priority(std::uint32_t number) noexcept {
    if (number >= priorities_.size()) priorities_.resize(number + 1);
    std::int64_t& priority = priorities_[number];
    if (priority == 0) priority = 1 + static_cast<std::int64_t>(generator_() >> 2);
    return priority;
}

std::size_t PctStrategy::highest(const Candidates& candidates) noexcept {
    std::size_t best = 0;
    for (std::size_t i = 1; i < candidates.numbers.size(); ++i)
        if (priority(candidates.numbers[i]) > priority(candidates.numbers[best])) best = i;
    return best;
}

std::size_t PctStrategy::next(const Candidates& candidates) noexcept {
    ++at_;
    const std::size_t best = highest(candidates);
    if (std::find(changes_.begin(), changes_.end(), at_) == changes_.end()) return best;
    priority(candidates.numbers[best]) = --lowest_;
    return highest(candidates);
}

std::size_t PctStrategy::value(std::size_t n) noexcept {
    return below(generator_, n);
}

void PctStrategy::gives_way(std::uint32_t number) noexcept {
    priority(number) = --lowest_;
}

// --- systematically ------------------------------------------------------------------------------

bool DfsStrategy::begin() {
    at_ = 0;
    preemptions_ = 0;
    if (!begun_) return begun_ = true;
    while (!levels_.empty() && levels_.back().pick + 1 >= levels_.back().n) levels_.pop_back();
    if (levels_.empty()) return false;
    ++levels_.back().pick;
    return true;
}

std::size_t DfsStrategy::value(std::size_t n) noexcept {
    if (at_ == levels_.size()) levels_.push_back({0, n});
    const std::size_t pick = levels_[at_++].pick;
    return std::min(pick, n - 1);  // fewer than the last time: the test does not repeat itself
}

std::size_t DfsStrategy::next(const Candidates& candidates) noexcept {
    if (candidates.goes_on && preemptions_ == preemptions_max_) return 0;
    const std::size_t pick = value(candidates.numbers.size());
    if (candidates.goes_on && pick != 0) ++preemptions_;
    return pick;
}

// --- again ---------------------------------------------------------------------------------------

std::size_t ReplayStrategy::value(std::size_t n) noexcept {
    if (at_ == picks_.size()) return 0;
    return std::min<std::size_t>(picks_[at_++], n - 1);
}

}  // namespace weft::inline abi1::detail
