// SPDX-License-Identifier: Apache-2.0
// How the simulator chooses: at random, by random priorities, systematically, or as it did before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace weft::inline abi1::detail {

/// Who may run next.
struct Candidates {
    std::span<const std::uint32_t> numbers;  ///< in the order in which they came to be runnable
    /// The first of them runs just now and could go on: to take another preempts it.
    bool goes_on = false;
};

/// Goroutines have the numbers of their births, from 0, which is main.
class Strategy {
  public:
    Strategy() = default;
    virtual ~Strategy() = default;
    Strategy(const Strategy&) = delete;
    Strategy& operator=(const Strategy&) = delete;

    /// Before each schedule. False: it has tried all there are.
    virtual bool begin() = 0;
    virtual void end() noexcept {}
    /// Which of the candidates, of whom there are two at least.
    virtual std::size_t next(const Candidates& candidates) noexcept = 0;
    /// A number in [0, n), n > 1, for all other choices.
    virtual std::size_t value(std::size_t n) noexcept = 0;
    /// That one has said that it cannot go on without others, but not what it waits for.
    virtual void gives_way(std::uint32_t /*number*/) noexcept {}
};

class RandomStrategy final : public Strategy {
  public:
    explicit RandomStrategy(std::uint64_t seed) : seed_(seed) {}
    bool begin() override;
    std::size_t next(const Candidates& candidates) noexcept override {
        return value(candidates.numbers.size());
    }
    std::size_t value(std::size_t n) noexcept override;

  private:
    std::uint64_t seed_;
    std::uint64_t schedules_ = 0;
    std::mt19937_64 generator_;
};

/// Who has the highest priority runs. Priorities are drawn at birth; at `depth - 1` random moments
/// of a schedule, whoever would run falls below all others. A bug that takes a certain order of
/// `depth` events is then found with a probability that has a known bound (Burckhardt et al., "A
/// Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010).
class PctStrategy final : public Strategy {
  public:
    PctStrategy(std::uint64_t seed, unsigned depth) : seed_(seed), changes_(depth - 1) {}
    bool begin() override;
    void end() noexcept override;
    std::size_t next(const Candidates& candidates) noexcept override;
    std::size_t value(std::size_t n) noexcept override;
    /// Falls below all others: a loop that yields would else run for ever.
    void gives_way(std::uint32_t number) noexcept override;

  private:
    std::int64_t& priority(std::uint32_t number) noexcept;
    std::size_t highest(const Candidates& candidates) noexcept;

    std::uint64_t seed_;
    std::uint64_t schedules_ = 0;
    std::mt19937_64 generator_;
    std::size_t longest_ = 32;          // of the schedules so far, in choices; more than a guess
    std::size_t at_ = 0;                // in this one
    std::vector<std::size_t> changes_;  // at which choices somebody falls
    std::vector<std::int64_t> priorities_;  // by number; 0: none yet
    std::int64_t lowest_ = 0;
};

/// All schedules, one after the other, in which no more than so many goroutines are preempted. Any
/// bug that needs no more is found.
class DfsStrategy final : public Strategy {
  public:
    explicit DfsStrategy(unsigned preemptions) : preemptions_max_(preemptions) {}
    bool begin() override;
    std::size_t next(const Candidates& candidates) noexcept override;
    std::size_t value(std::size_t n) noexcept override;

  private:
    struct Level {
        std::size_t pick;
        std::size_t n;
    };
    unsigned preemptions_max_;
    bool begun_ = false;
    std::vector<Level> levels_;  // the choices of the last schedule
    std::size_t at_ = 0;
    unsigned preemptions_ = 0;
};

/// The same choices again; behind them the first of each.
class ReplayStrategy final : public Strategy {
  public:
    explicit ReplayStrategy(std::vector<std::uint32_t> picks) : picks_(std::move(picks)) {}
    bool begin() override {
        at_ = 0;
        return true;
    }
    std::size_t next(const Candidates& candidates) noexcept override {
        return value(candidates.numbers.size());
    }
    std::size_t value(std::size_t n) noexcept override;

  private:
    std::vector<std::uint32_t> picks_;
    std::size_t at_ = 0;
};

}  // namespace weft::inline abi1::detail
