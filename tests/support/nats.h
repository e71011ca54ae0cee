// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace test {

/// A NATS server with JetStream of the tests' own, in a temporary folder and on a free port of the
/// loopback address. Killed when the object goes. Everything here blocks its thread or goroutine.
class NatsServer {
  public:
    /// With a certificate and its key, PEM files, it speaks TLS, as "localhost".
    explicit NatsServer(std::string certificate = {}, std::string key = {});
    NatsServer(const NatsServer&) = delete;
    NatsServer& operator=(const NatsServer&) = delete;

    /// Starts it at its address and waits until it answers.
    void start();
    /// kill -9.
    void kill();
    /// Removes all that it has stored, while it is down.
    void wipe();

    /// "nats://127.0.0.1:40123", "tls://localhost:40123"
    std::string url() const {
        return (certificate_.empty() ? "nats://127.0.0.1:" : "tls://localhost:") + port_;
    }

  private:
    const std::string certificate_;
    const std::string key_;
    TempFolder folder_;
    std::string port_ = "-1";  // the system's choice, the first time
    std::unique_ptr<tests::Process> process_;
};

}  // namespace test
