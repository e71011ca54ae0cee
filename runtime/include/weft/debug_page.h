// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "weft/time.h"

namespace weft::inline abi1 {

/// What a server answers.
struct DebugPage {
    std::string content_type;
    std::string body;
    int status = 200;  ///< as HTTP has it; 409: another trace is being made
};

/// What goes on in this process, for a server to show at a path of its own: `path` is what follows
/// that, without a query.
///
///     ""                 a page for people: what is stuck, a drawing of who waits for whom, and
///                        all goroutines by place. It asks for nothing else and runs no script.
///     "/stuck"           the reports of stuck(how_long), as text; "/stuck.json"
///     "/goroutines"      dump_grouped(); "/goroutines.json": goroutines(), each for itself
///     "/waits.svg"       the drawing; "/waits.json": the same as data
///     "/trace.json"      what the scheduler does from now on for `how_long`, as Trace records it
///
/// Shape:  nothing for another path. Everything is UTF-8. Goroutine names and source lines are
///         shown: mount it only where those may see it who may see these.
/// Blocks: not; but looks at every goroutine, which for a million takes a second. "/trace.json"
///         parks the caller while it records.
/// Cancels: "/trace.json" throws Cancelled when the ambient context ends first.
/// Source: Go package net/http/pprof, "/debug/pprof/goroutine".
std::optional<DebugPage> debug_page(std::string_view path,
                                    Duration how_long = std::chrono::seconds(1));

}  // namespace weft::inline abi1
