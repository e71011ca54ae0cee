// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <source_location>
#include <string>
#include <vector>

#include "weft/result.h"

namespace weft::inline abi1::net {

/// The numeric addresses of a host name, in the order in which they should be tried. A numeric
/// address is its own answer.
///
/// Errors:  not_found/host: there is no such name; unavailable/resolver: try again later.
/// Blocks:  the goroutine. The C library resolves on a thread of blocking(), at most 16 at once, so
///          that a dead name server leaves threads for other work.
/// Cancels: throws Cancelled at once; the C library, which cannot be interrupted, is left behind.
Result<std::vector<std::string>> resolve(
    const std::string& host, const std::source_location& where = std::source_location::current());

}  // namespace weft::inline abi1::net
