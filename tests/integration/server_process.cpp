// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/server_process.h"

#include <csignal>

#include "weft/blocking.h"

namespace tests {

static std::vector<std::string> command(const test::TempFolder& folder,
                                        const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {COHORT_BINARY, "serve",  "--data",
                                          folder.path(), "--port", "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

Server::Server(const test::TempFolder& folder, const std::vector<std::string>& more)
    : process_(command(folder, more), folder / "stderr.txt") {
    const std::string ready = " is ready at http://";
    while (auto line =
               weft::blocking("wait for the server", [&] { return process_.read_line(); })) {
        const std::size_t at = line->find(ready);
        if (at == std::string::npos) continue;
        address_ = line->substr(at + ready.size());
        address_.erase(address_.find('/'));
        return;
    }
}

void Server::kill() {
    process_.signal(SIGKILL);
}

int Server::stop() {
    process_.signal(SIGTERM);
    return weft::blocking("wait for the server's end", [&] { return process_.wait(); });
}

}  // namespace tests
