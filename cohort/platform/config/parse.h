// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/platform/config/config.h"

namespace cohort::config {

/// What a text means for its type; nothing when it means nothing. Durations in ms, sizes in bytes.
std::optional<std::int64_t> parse_number(Type type, std::string_view text);

/// One value of a TOML file.
struct FileValue {
    std::string key;  ///< dotted
    std::string text;
    int line;
};

/// Errors: invalid/config-unreadable; those of parse_toml().
Result<std::vector<FileValue>> read_toml(const std::string& path);

/// The same of a file's text; `path` is for the errors.
/// Errors: invalid/config-syntax; invalid/bad-setting for a value that is an array or a date.
Result<std::vector<FileValue>> parse_toml(std::string_view text, const std::string& path);

/// The declared key that is spelled most alike.
std::string_view nearest_key(std::string_view key);

}  // namespace cohort::config
