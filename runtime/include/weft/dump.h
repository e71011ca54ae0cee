// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace weft::inline abi1 {

/// All goroutines as text, those with the same stack, wait and start together: how many, how long
/// they have waited, and one of them by number and name. For a page that shows a million.
///
/// Shape:  handed to `write` piece by piece, most numerous first. Takes memory for each place, not
///         for each goroutine: the first few thousand places are told apart, the others counted.
/// Blocks: not; goroutines run on meanwhile, each held still only while it is looked at.
/// Source: Go package runtime/pprof, profile "goroutine" with debug=1.
void dump_grouped(const std::function<void(std::string_view)>& write);

}  // namespace weft::inline abi1
