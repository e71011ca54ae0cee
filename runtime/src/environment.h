// SPDX-License-Identifier: Apache-2.0
// What whoever starts a program may want of weft without compiling it anew.
#pragma once

#include "weft/options.h"
#include "weft/report.h"

namespace weft::inline abi1::detail {

/// The options as WEFT_DIAGNOSIS has them. Its words, separated by commas: `off`; `everything`,
/// which searches memory, notices crowds from a hundred on and tells of waits without a deadline;
/// `stuck_after=20` in milliseconds. Another word breaks the contract.
Options with_environment(Options options);

/// Appends the report as a line of JSON to the file that WEFT_REPORTS names, if it names one.
void append_to_file(const Report& report) noexcept;

}  // namespace weft::inline abi1::detail
