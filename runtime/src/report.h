// SPDX-License-Identifier: Apache-2.0
// What people read when something is stuck: every goroutine with its name, what it waits for and
// for how long, where it was started, and its stack.
#pragma once

#include <string>

namespace weft::inline abi1::detail {

std::string report(const char* headline);
void print_report(const char* headline);

/// After a run that left goroutines behind: they are never shown again, and their blocks are not
/// reused.
void abandon_goroutines() noexcept;

}  // namespace weft::inline abi1::detail
