// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace test {

/// A PostgreSQL server of the tests' own, in a temporary folder and on a free port of the loopback
/// address. It runs as the user of its package where the tests run as root, which it refuses, and
/// ends with the test program, however that ends. Everything here blocks its thread.
class PostgresServer {
  public:
    enum class Sync : bool { off, on };

    /// Without syncing it is quicker and survives what tests do to it; the machine must not fail.
    explicit PostgresServer(Sync sync = Sync::off);
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    /// One for all tests of a process, which ends with the process.
    static PostgresServer& shared();

    /// Starts it and waits until it answers; after kill() it recovers first.
    void start();
    /// kill -9 of all of it.
    void kill();

    /// A new database, empty where `how` does not name another to copy; its URI. `how` as in CREATE
    /// DATABASE.
    std::string create_database(const std::string& how = "TEMPLATE template0");

    const std::string& port() const { return port_; }

    /// The URI's database at another port of this machine.
    static std::string at_port(const std::string& url, const std::string& port);

  private:
    std::vector<std::string> as_its_user(const std::vector<std::string>& command) const;
    int run(const std::vector<std::string>& command);
    void set_guard();

    const Sync sync_;
    TempFolder folder_;
    std::unique_ptr<tests::Process> guard_;
    int alive_ = -1;
    std::string port_;
    std::atomic<int> databases_{0};
};

}  // namespace test
