// SPDX-License-Identifier: Apache-2.0
// Crowds that only grow: a leak shows as ever more goroutines that were started at one line and
// wait at one line, of whom none is ever let go, wherever the ends lie (the statistics of Uber's
// LeakProf, made while the process runs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <source_location>
#include <tuple>
#include <vector>

#include "runtime/src/wait_graph.h"

namespace weft::inline abi1::detail {

/// A crowd of which something is to be said.
struct Crowd {
    Goroutine* oldest = nullptr;
    std::uint64_t sequence = 0;  ///< of its wait
    WaitKind kind = WaitKind::none;
    std::source_location where{};
    std::source_location started_at{};
    std::size_t count = 0;
    std::size_t count_before = 0;
    std::int64_t growing_since = 0;  ///< coarse monotonic ns
};

class Growth {
  public:
    /// Looks at all waits, as often as called, and gives the crowds of at least `least` that have
    /// grown for `looks_wanted` looks, to twice their number at least, and in which the one that
    /// has waited longest has been the same all the time. Each is given once.
    std::vector<Crowd> look(std::size_t least);
    static constexpr unsigned looks_wanted = 8;

    /// The parts of a look, for what is seen.
    void see(const WaitView& waits, const std::source_location& started_at);
    std::vector<Crowd> end_look(std::size_t least, std::int64_t now);

  private:
    using Line = std::pair<const char*, std::uint32_t>;
    using Key = std::tuple<Line, Line, WaitKind>;
    struct Now {
        WaitView oldest;
        std::source_location started_at{};
        std::size_t count = 0;
    };
    struct Known {
        const Goroutine* oldest = nullptr;
        std::uint64_t sequence = 0;
        std::size_t first_count = 0;
        std::size_t last_count = 0;
        std::int64_t since = 0;
        unsigned grown = 0;
        bool said = false;
    };
    std::map<Key, Now> now_;
    std::map<Key, Known> known_;
};

/// What is to be said of it; nothing: its oldest has been let go meanwhile.
std::optional<Report> report_of(const Crowd& crowd);

}  // namespace weft::inline abi1::detail
