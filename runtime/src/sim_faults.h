// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace weft::inline abi1::detail {

/// 0, or the errno with which the next call to the disk shall fail.
int disk_fault() noexcept;
/// How many of these bytes a write shall take; 0: the disk is full.
std::size_t disk_takes(std::size_t bytes) noexcept;

}  // namespace weft::inline abi1::detail
