// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/base/result.h"

namespace cohort::app {

/// A whole file.
/// Errors: invalid/file-unreadable names it.
/// Blocks: the goroutine.
Result<std::string> read_file(const std::string& path);

/// Whether there is a file at this path.
/// Blocks: the goroutine.
bool file_exists(const std::string& path);

}  // namespace cohort::app
