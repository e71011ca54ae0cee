// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/report.h"

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

/// Each call, inlined ones included, without the runtime's own.
std::vector<StackFrame> resolve(const Frames& frames);
std::string text_of(const std::vector<StackFrame>& stack);
/// Both at once.
std::string symbolize(const Frames& frames);

/// Whether this address lies in a function of the runtime itself, what it inlines of the standard
/// library included.
bool is_runtime_code(std::uintptr_t pc);

/// A function's name as its user writes it: without the inline namespace.
std::string without_abi(std::string name);

}  // namespace weft::inline abi1::detail
