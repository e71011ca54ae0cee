// SPDX-License-Identifier: Apache-2.0
// What happens in a story that the simulator tells: each draw is one of its choices.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "weft/sim.h"
#include "weft/time.h"

namespace test {

/// 0 to n - 1.
inline std::int64_t draw(std::size_t n) {
    return static_cast<std::int64_t>(weft::sim::choose(n));
}
inline bool one_in(std::size_t n) {
    return draw(n) == 0;
}
/// Lets virtual time go by, less than `most`.
inline void a_while(std::chrono::milliseconds most) {
    weft::sleep(std::chrono::milliseconds(draw(static_cast<std::size_t>(most.count()))));
}

}  // namespace test
