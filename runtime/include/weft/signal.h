// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <source_location>

namespace weft::inline abi1 {

/// Parks until one of these signals arrives at the process; from the call on they no longer end it.
/// Shape:   the signal's number. Signals that came while nobody waited are kept, one of each.
/// Cancels: throws Cancelled when the ambient context ends first. One waiter at a time.
int wait_signal(std::initializer_list<int> signals,
                std::source_location where = std::source_location::current());

}  // namespace weft::inline abi1
