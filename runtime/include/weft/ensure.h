// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>

namespace weft::inline abi1 {

/// Ends the process with a report: the broken contract, where, the goroutine's name, stack and
/// spawn site. Never returns and never unwinds: after a broken contract no destructor can be
/// trusted.
[[noreturn]] void contract_broken(
    const char* condition, const char* text,
    std::source_location where = std::source_location::current()) noexcept;

}  // namespace weft::inline abi1

/// A contract that a programmer, never a user, can break. Stays on in release builds.
#define ENSURE(condition, text)                        \
    do {                                               \
        if (!(condition)) [[unlikely]]                 \
            ::weft::contract_broken(#condition, text); \
    } while (false)
