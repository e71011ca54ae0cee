// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "weft/time.h"

namespace cohort::resilience {

/// Half of `longest` to nearly all of it, another part for each number: so that those who were told
/// to wait at one moment do not come back at one. By steps of the golden section, so that numbers
/// in a row lie evenly however many they are.
constexpr weft::Duration spread(std::uint64_t number, weft::Duration longest) {
    constexpr std::uint64_t parts = 1024;
    constexpr std::uint64_t step = 633;
    const auto part = static_cast<weft::Duration::rep>(number * step % parts);
    return longest / 2 + longest / 2 / static_cast<weft::Duration::rep>(parts) * part;
}

}  // namespace cohort::resilience
