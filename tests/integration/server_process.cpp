// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/server_process.h"

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/world/store.h"

namespace tests {

static std::vector<std::string> command(const test::TempFolder& folder,
                                        const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {COHORT_BINARY, "serve",  "--data",
                                          folder.path(), "--port", "0"};
    for (const auto& said : {store_arguments(folder.path()), more})
        arguments.insert(arguments.end(), said.begin(), said.end());
    return arguments;
}

std::string address_of(Process& server) {
    const std::string ready = " is ready at http://";
    while (auto line = server.read_line()) {
        const std::size_t at = line->find(ready);
        if (at == std::string::npos) continue;
        std::string address = line->substr(at + ready.size());
        address.erase(address.find('/'));
        return address;
    }
    return {};
}

Server::Server(const test::TempFolder& folder, const std::vector<std::string>& more)
    : process_(command(folder, more), folder / "stderr.txt"), address_(address_of(process_)) {}

void Server::kill() {
    signal(SIGKILL);
}

void Server::signal(int number) {
    process_.signal(number);
}

int Server::wait() {
    return process_.wait();
}

int Server::stop() {
    signal(SIGTERM);
    return wait();
}

Ended run_program(std::vector<std::string> arguments, const std::vector<std::string>& more) {
    const test::TempFolder folder;
    const std::string errors = folder / "errors.txt";
    arguments.insert(arguments.begin(), COHORT_BINARY);
    arguments.insert(arguments.end(), more.begin(), more.end());
    Process process(arguments, errors);
    const int code = process.wait();
    std::stringstream said;
    said << std::ifstream(errors).rdbuf();
    return {code, said.str()};
}

int verify_audit(const test::TempFolder& folder, const std::vector<std::string>& more) {
    std::vector<std::string> where = store_arguments(folder.path());
    where.insert(where.end(), more.begin(), more.end());
    return run_program({"verify-audit", "--data", folder.path()}, where).code;
}

}  // namespace tests
