// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: real files and the project's own.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/real_data.h"

namespace cohort::interop::test {

/// A file of real ODM by its path under odm/; nothing when the data are absent.
inline std::optional<std::string> real_file(const std::string& name) {
    const auto folder = real_data::folder();
    if (!folder) return std::nullopt;
    return real_data::read(*folder / "odm" / name);
}

/// Every XML file under odm/, as paths below it.
inline std::vector<std::string> real_files() {
    std::vector<std::string> out;
    const auto folder = real_data::folder();
    if (!folder) return out;
    const auto odm = *folder / "odm";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(odm))
        if (entry.path().extension() == ".xml")
            out.push_back(std::filesystem::relative(entry.path(), odm).generic_string());
    std::sort(out.begin(), out.end());
    return out;
}

/// A file of this project.
inline std::optional<std::string> project_file(const std::string& name) {
    std::ifstream in(real_data::project_folder() / name, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

}  // namespace cohort::interop::test
