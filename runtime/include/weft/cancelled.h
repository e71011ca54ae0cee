// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weft::inline abi1 {

/// Unwinds a goroutine whose context ended. Not a std::exception, so that `catch (std::exception&)`
/// lets it pass. Swallowed all the same, it comes again at the next wait: cancellation is sticky.
struct Cancelled {};

namespace detail {
[[noreturn]] void throw_cancelled();
}  // namespace detail

}  // namespace weft::inline abi1
