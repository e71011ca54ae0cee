// SPDX-License-Identifier: Apache-2.0
// Calls that wait for what is outside the program: should it never answer, only a deadline ends
// them.
#pragma once

#include <source_location>
#include <string_view>

namespace weft::inline abi1::detail {

/// The caller is about to wait without a time limit of its own. Where Options::require_deadline
/// wants one and the ambient context has none, it is told of, or NoDeadlineError is thrown.
/// `waits` and `should` are parts of the sentence, as in "waits to read", "the peer fall silent".
void expect_deadline(std::string_view waits, std::string_view should,
                     const std::source_location& where);

}  // namespace weft::inline abi1::detail
