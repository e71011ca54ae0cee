// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace cohort::resilience {

/// What is given up first when not everything can be done. Nothing of a class is refused while
/// anything of a lower one, of the same caller, would still be taken.
enum class Priority : std::uint8_t {
    bulk,   ///< exports: nobody waits at a screen
    read,   ///< what somebody looks at
    write,  ///< what somebody has entered: a submission, an adverse event
    vital,  ///< whether the server lives: never refused
};

inline constexpr std::size_t priorities = 4;

}  // namespace cohort::resilience
