// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace tests {

/// Where a server that was just started listens; empty when it ended without becoming ready.
std::string address_of(Process& server);

/// The server program on a data folder, on a free port, once it is ready. Killed when it goes.
/// Blocks: the goroutine.
class Server {
  public:
    /// `more` are further arguments of `cohort serve`.
    explicit Server(const test::TempFolder& folder,
                    const std::vector<std::string>& more = {"--set", "data.demo=false"});

    /// "127.0.0.1:40123"; empty when it ended without becoming ready.
    const std::string& address() const { return address_; }
    int pid() const { return process_.pid(); }

    /// Waits until it says once more that it is ready, after a restart. Shape: its address.
    std::string await_ready() { return address_of(process_); }

    void kill();
    void signal(int number);

    /// Waits for its end. Shape: its exit code.
    int wait();

    /// Asks it to stop. Shape: its exit code.
    int stop();

  private:
    Process process_;
    std::string address_;
};

struct Ended {
    int code;
    std::string said;  ///< on its standard error
};

/// Runs `cohort` with arguments to its end. Blocks: the goroutine.
Ended run_program(std::vector<std::string> arguments, const std::vector<std::string>& more = {});

/// Runs `cohort verify-audit` on the store of a folder, or where `more` says. Shape: its exit code.
/// Blocks: the goroutine.
int verify_audit(const test::TempFolder& folder, const std::vector<std::string>& more = {});

}  // namespace tests
