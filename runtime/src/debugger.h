// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace weft::inline abi1::detail {

class Goroutine;

/// Lets gdb find the goroutines (runtime/gdb/weft.py). Once, before there are any. `slabs` lives
/// for ever, each of so many blocks.
void show_debugger(const std::vector<Goroutine*>& slabs, std::size_t blocks) noexcept;

}  // namespace weft::inline abi1::detail
