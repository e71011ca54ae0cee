// SPDX-License-Identifier: Apache-2.0
// One run of an exploration: what was chosen, who ran how far, and how it ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/detail/park.h"

#include "runtime/src/strategy.h"
#include "runtime/src/symbolize.h"

namespace weft::inline abi1::detail {

/// One choice among several.
struct Pick {
    Choice kind = Choice::user;
    std::uint32_t n = 0;
    std::uint32_t pick = 0;
    /// Of all else that must be the same when the run is repeated: who could have run, and when.
    std::uint64_t print = 0;
    friend bool operator==(const Pick&, const Pick&) = default;
};

/// A goroutine that ran for a while.
struct Stretch {
    std::uint64_t id = 0;
    std::string name;
    std::size_t first_pick = 0;  ///< the choices from this on were made while it ran, or after it
    Frames stopped_at;           ///< nothing: it ended
    bool preempted = false;
};

/// `no_end`: it made more choices than it may.
enum class RunEnd : std::uint8_t { fine, threw, deadlock, stuck, no_end };

/// What is asked of a run beside its choices.
enum class Watch : std::uint8_t {
    choices,    ///< nothing
    stretches,  ///< who ran how far, for people
};

class ExploredRun {
  public:
    ExploredRun(Strategy& strategy, std::size_t choices_max, Watch watch)
        : strategy_(strategy), choices_max_(choices_max), watch_(watch) {}

    std::size_t choose(Choice kind, std::size_t n) noexcept;
    std::size_t choose_next(const Candidates& candidates, std::int64_t now) noexcept;
    void gives_way(std::uint32_t number) noexcept { strategy_.gives_way(number); }

    /// On its own stack: it is about to stop here.
    void stops(const Goroutine* running, bool preempted) noexcept;
    void runs(const Goroutine* next) noexcept;
    /// Where nobody can run until time has moved: looks for those that hang for ever.
    void look();

    /// The first failure stays. What the runtime says of one from now on comes of the end.
    void fail(RunEnd end, std::string what);
    /// It has failed, or chosen too often: nobody shall run any more.
    bool is_over() const noexcept { return end_ != RunEnd::fine; }

    RunEnd end() const noexcept { return end_; }
    const std::string& what() const noexcept { return what_; }
    const std::vector<Pick>& picks() const noexcept { return picks_; }
    const std::vector<Stretch>& stretches() const noexcept { return stretches_; }

  private:
    std::size_t add(const Pick& pick) noexcept;

    Strategy& strategy_;
    std::size_t choices_max_;
    std::size_t choices_ = 0;  // those among one included
    Watch watch_;
    std::vector<Pick> picks_;
    std::vector<Stretch> stretches_;
    RunEnd end_ = RunEnd::fine;
    std::string what_;
};

}  // namespace weft::inline abi1::detail
