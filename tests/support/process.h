// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tests {

/// Another program that runs beside the test. Killed when the object goes.
class Process {
  public:
    /// Starts it with its standard output in a pipe and its errors in a file. The first argument is
    /// the program's path.
    Process(const std::vector<std::string>& arguments, const std::string& error_file);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    /// The next line of its standard output, without the line's end; nothing once it has ended.
    /// Blocks: the goroutine, or the plain thread.
    std::optional<std::string> read_line();

    void signal(int number);
    int pid() const { return pid_; }

    /// Waits for the end. Shape: the exit code, or minus the signal that ended it.
    /// Blocks: the goroutine, or the plain thread.
    int wait();

  private:
    int pid_ = -1;
    int output_ = -1;
    std::string unread_;
};

}  // namespace tests
