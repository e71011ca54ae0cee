// SPDX-License-Identifier: Apache-2.0
// Connecting to a name that has several addresses.
#pragma once

#include <cstddef>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "weft/net.h"

#include "runtime/src/address.h"

namespace weft::inline abi1::detail {

/// Tries one after the other until one connects.
///
/// Errors: of a single address, its own; of several, kind and code of the first, and the text names
///         each address with what it said. Cancels: throws Cancelled.
Result<net::Connection> dial_in_turn(const std::vector<Address>& addresses,
                                     const std::source_location& where);

/// When to give up an address and try the next: an equal share of what is left, as in Go, so that a
/// host that never answers does not use up the time of the others. The last has all of it.
TimePoint give_up_at(TimePoint now, std::optional<TimePoint> deadline, std::size_t left) noexcept;

}  // namespace weft::inline abi1::detail
