// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/files.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "weft/blocking.h"

namespace cohort::app {

Result<std::string> read_file(const std::string& path) {
    return weft::blocking("read a file", [&]() -> Result<std::string> {
        std::ifstream in{path, std::ios::binary};
        std::stringstream text;
        text << in.rdbuf();  // of a folder this fails, of an empty file it does not matter
        if (!in.is_open() || in.bad() || std::filesystem::is_directory(path)) {
            return invalid("file-unreadable", "The file " + path + " cannot be read.");
        }
        return std::move(text).str();
    });
}

bool file_exists(const std::string& path) {
    return weft::blocking("look for a file", [&] {
        std::error_code ignored;
        return std::filesystem::is_regular_file(path, ignored);
    });
}

}  // namespace cohort::app
