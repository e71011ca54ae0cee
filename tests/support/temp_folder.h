// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdlib.h>
#include <string>
#include <system_error>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/ensure.h"

namespace test {

/// A folder of the test's own, gone with everything in it when the test ends.
class TempFolder {
  public:
    TempFolder() {
        std::string path = (std::filesystem::temp_directory_path() / "cohort-test-XXXXXX").string();
        ENSURE(::mkdtemp(path.data()) != nullptr, "the temp directory can be written");
        path_ = path;
    }
    ~TempFolder() {
        weft::shield([this] {
            weft::blocking("remove a folder", [this] {
                std::error_code ignored;
                std::filesystem::remove_all(path_, ignored);
            });
        });
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

}  // namespace test
