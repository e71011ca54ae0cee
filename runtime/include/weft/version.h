// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace weft::inline abi1 {

/// The version of these headers and of the library that was installed with them:
/// runtime/CHANGELOG.md says what each brought. The number in `abi1` is raised only when what is
/// compiled against one release could not run with the next: see
/// docs/decisions/0007-abi-namespace.md.
inline constexpr std::string_view version = "0.1.0";

}  // namespace weft::inline abi1
