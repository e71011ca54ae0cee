// SPDX-License-Identifier: Apache-2.0
// Small files with secrets in them: only their owner may read them, and half of one is never there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::auth {

/// The file's content; nothing when there is no such file.
/// Errors: refused/private-file-open when others may read or write it; refused/private-file-odd
///         when it is a link, no plain file, or longer than 64 KiB; unavailable/private-file.
/// Blocks: its thread, as the others here do.
Result<std::optional<std::string>> read_private(const std::filesystem::path& path);

/// Writes a new file (0600), durable before return. One that is there stays: of two processes that
/// start at once the second reads what the first wrote.
/// Errors: unavailable/private-file.
Result<void> create_private(const std::filesystem::path& path, std::string_view text);

/// The same, replacing the whole file in one step.
Result<void> replace_private(const std::filesystem::path& path, std::string_view text);

}  // namespace cohort::auth
