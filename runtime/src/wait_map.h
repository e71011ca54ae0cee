// SPDX-License-Identifier: Apache-2.0
// Who waits for whom, small enough to be read: goroutines in the same place are one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "weft/report.h"

namespace weft::inline abi1::detail {

/// Goroutines of one name, started at one line, that wait at one line for one kind of thing. Stuck
/// ones are never with those that are not.
struct WaitPlace {
    std::string name;      ///< empty: they have none
    std::string state;     ///< "receive", "running", ...
    std::string object;    ///< the name of what the example waits for
    std::string waits_at;  ///< "file:line"; empty: they do not wait
    std::string started_at;
    std::size_t count = 0;
    std::uint64_t example = 0;  ///< the id of one of them
    Duration longest{};
    bool stuck = false;
    bool anybody = false;  ///< others than those pointed to could end one of the waits
};

struct WaitMap {
    std::vector<WaitPlace> places;  ///< the stuck first, then the most numerous
    /// How many of the first place wait for one at the second, who could end the wait.
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> arrows;

    std::string json() const;
};

/// Looks at all goroutines.
WaitMap map_waits();

/// The map as SVG: those that wait stand above those they wait for; what is stuck is red. Places
/// that no arrow leads to or from are left out, and of very many the last.
std::string draw(const WaitMap& map);

}  // namespace weft::inline abi1::detail
