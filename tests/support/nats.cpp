// SPDX-License-Identifier: Apache-2.0
#include "tests/support/nats.h"

#include <csignal>
#include <filesystem>
#include <utility>
#include <vector>

#include "weft/ensure.h"

namespace test {

NatsServer::NatsServer(std::string certificate, std::string key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {
    start();
}

// It says on its log where it listens, and when it is ready.
void NatsServer::start() {
    std::string script = R"(exec /usr/sbin/nats-server -a 127.0.0.1 -p "$0" -js -sd "$1")";
    if (!certificate_.empty())
        script += " --tls --tlscert '" + certificate_ + "' --tlskey '" + key_ + "'";
    script += " 2>&1";
    process_ = std::make_unique<tests::Process>(
        std::vector<std::string>{"/bin/sh", "-c", script, port_, folder_ / "store"}, "/dev/null");
    const std::string at = "Listening for client connections on 127.0.0.1:";
    for (bool ready = false; !ready;) {
        const auto line = process_->read_line();
        ENSURE(line.has_value(), "a NATS server starts (tools/packages.txt)");
        const auto found = line->find(at);
        if (found != std::string::npos) port_ = line->substr(found + at.size());
        ready = line->find("Server is ready") != std::string::npos;
    }
}

void NatsServer::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

void NatsServer::wipe() {
    std::filesystem::remove_all(folder_ / "store");
}

}  // namespace test
