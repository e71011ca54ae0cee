// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weft::inline abi1::detail {

class Goroutine;

struct Frames {
    std::array<std::uintptr_t, 48> pc{};
    std::size_t count = 0;
};

/// The caller's own stack. Usable in a signal handler once it has been called before.
void capture_here(Frames& frames) noexcept;

/// A parked goroutine's stack. False: it is not parked, or too little of its stack is left to walk
/// on.
bool capture_parked(Goroutine* goroutine, Frames& frames) noexcept;

/// One line per frame, inlined ones included, without the runtime's own at the top.
std::string symbolize(const Frames& frames);

/// A function's name as its user writes it: without the inline namespace.
std::string without_abi(std::string name);

}  // namespace weft::inline abi1::detail
