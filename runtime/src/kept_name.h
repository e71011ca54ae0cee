// SPDX-License-Identifier: Apache-2.0
// Names made at run time that reports may read at any moment.
#pragma once

#include <string_view>

namespace weft::inline abi1::detail {

/// The same text for as long as the process lives: a report copies a goroutine's name while that
/// goroutine may be ending, so no name may ever be freed. One copy is kept of each text; after
/// 4,096 different ones further texts share one name that says so, and memory stays bounded.
const char* kept_name(std::string_view text);

}  // namespace weft::inline abi1::detail
