// SPDX-License-Identifier: Apache-2.0
// A site's receiver of reports in a process of its own: see receiver.py.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/real_data.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace test {

class Receiver {
  public:
    explicit Receiver(std::vector<std::string> options = {})
        : process_(arguments(std::move(options)), folder_ / "errors") {
        const auto line = process_.read_line();
        REQUIRE(line);
        port_ = *line;
    }

    const std::string& port() const { return port_; }
    std::string folder() const { return folder_ / "kept"; }

    /// What its log has: how often each thing happened to each delivery, and in all.
    struct Log {
        std::map<std::string, std::int64_t> stored = {};  ///< by delivery
        std::int64_t again = 0;
        std::int64_t faults = 0;
        std::int64_t restarts = 0;
    };
    Log log() const {
        Log log;
        std::ifstream lines(folder() + "/log");
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("stored")) ++log.stored[line.substr(line.rfind(' ') + 1)];
            log.again += line.starts_with("again") ? 1 : 0;
            log.faults += line.starts_with("fault") ? 1 : 0;
            log.restarts += line == "restart" ? 1 : 0;
        }
        return log;
    }

    /// The files under their last name, by delivery.
    std::map<std::string, std::filesystem::path> files() const {
        std::map<std::string, std::filesystem::path> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
            if (entry.path().extension() == ".pdf")
                CHECK(found.emplace(entry.path().stem().string(), entry.path()).second);
        return found;
    }

  private:
    std::vector<std::string> arguments(std::vector<std::string> options) const {
        const auto script = real_data::project_folder() / "tests/support/receiver.py";
        std::filesystem::create_directory(folder());
        options.insert(options.begin(), {"/usr/bin/python3", script.string(), folder()});
        return options;
    }

    TempFolder folder_;
    tests::Process process_;
    std::string port_;
};

}  // namespace test
