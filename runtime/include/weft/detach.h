// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/detail/task_owner.h"

namespace weft::inline abi1 {

namespace detail {
/// A new owner for detached work, which deletes itself with its last task.
TaskOwner& new_detached(std::string_view why, const char*& name, const std::source_location& where);
}  // namespace detail

/// Starts `f` with no owner that waits for it: the exception from the rule, so it says why.
/// Inherits the context's values, no deadline and no cancel. Counted, and named where run() ends
/// before it.
///
/// Errors: an exception that leaves `f` ends the process with a report.
template <std::invocable F>
void detach(std::string_view why, F f,
            const std::source_location& where = std::source_location::current()) {
    const char* name = nullptr;
    detail::TaskOwner& owner = detail::new_detached(why, name, where);
    detail::start_task<void>(owner, name, where, std::move(f), false);
}

/// Why the detached goroutines that run just now were detached.
std::vector<std::string> detached();

}  // namespace weft::inline abi1
