// SPDX-License-Identifier: Apache-2.0
// Real files by other tools, read where they lie and never copied into the project.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace real_data {

/// The project's own folder: the nearest above the working folder that holds modules.cmake.
inline std::filesystem::path project_folder() {
    std::error_code error;
    for (auto at = std::filesystem::current_path(error); !at.empty(); at = at.parent_path()) {
        if (std::filesystem::exists(at / "modules.cmake", error)) return at;
        if (at == at.root_path()) break;
    }
    return std::filesystem::current_path(error);
}

/// The folder of real data: COHORT_REAL_DATA, else ../shared/data beside the project; nothing when
/// it is not there. A test without it says so and passes.
inline std::optional<std::filesystem::path> folder() {
    const char* given = std::getenv("COHORT_REAL_DATA");
    const auto path = given ? std::filesystem::path(given) : project_folder() / "../shared/data";
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) return std::nullopt;
    return std::filesystem::weakly_canonical(path, error);
}

/// Notes that a test used a file, for "real data: used N files" at the end of the run.
inline void use(const std::filesystem::path& path) {
    const char* list = std::getenv("COHORT_REAL_DATA_USED");
    if (list == nullptr || *list == '\0') return;
    std::ofstream out(list, std::ios::app);
    out << path.string() << '\n';
}

/// The bytes of a file, its use noted; nothing when it cannot be read.
inline std::optional<std::string> read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    use(path);
    return std::move(text).str();
}

}  // namespace real_data
