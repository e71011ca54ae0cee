// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detach.h"
#include "weft/run.h"

namespace weft::inline abi1::compat {

/// Go's `go f()`: nobody owns the goroutine and nobody waits for it. `name` is what reports call
/// it; captured values should be copies, as the caller's frame may be gone first.
///
/// Errors: an exception that leaves `f` (a Panic, say) ends the process with a report.
template <std::invocable F>
void go(std::string_view name, F f,
        const std::source_location& where = std::source_location::current()) {
    weft::detach(name, std::move(f), where);
}

/// Go's func main: when `main` returns the program ends, whatever still runs. What was left waiting
/// is listed on standard error with where it was started and where it waits.
///
/// Shape: what `main` returns if that is an int, else 0; 2 after a deadlock that
///        Options::on_deadlock was told of.
template <class F>
int run(F main, Options options = {}) {
    options.grace = std::chrono::milliseconds(10);  // for those that are just returning
    int code = 0;
    const int ended = weft::run(options, [&] {
        if constexpr (std::is_convertible_v<std::invoke_result_t<F&>, int>)
            code = main();
        else
            main();
    });
    return ended == 2 ? ended : code;
}

}  // namespace weft::inline abi1::compat
