// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cohort::interop {

/// A name that a header and every file system take: what is no plain letter, digit or full stop
/// becomes a dash.
std::string file_name(std::string_view name);

}  // namespace cohort::interop
