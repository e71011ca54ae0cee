// SPDX-License-Identifier: Apache-2.0
// What a service manager hears from the server it started: systemd's part is played by the test.
#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "tests/integration/server_process.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"

namespace tests {

namespace {

class Manager {
  public:
    explicit Manager(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        REQUIRE(path.size() < sizeof address.sun_path);
        std::copy(path.begin(), path.end(), std::begin(address.sun_path));
        REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    ~Manager() { ::close(socket_); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    std::string hear() {
        std::array<char, 256> text{};
        const ssize_t got = ::recv(socket_, text.data(), text.size(), 0);
        return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

    // What it hears next besides signs of life.
    std::string hear_news() {
        std::string heard = "WATCHDOG=1";
        while (heard == "WATCHDOG=1") heard = hear();
        return heard;
    }

    // What was said before the other end was gone.
    std::vector<std::string> rest() {
        std::vector<std::string> all;
        std::array<char, 256> text{};
        for (;;) {
            const ssize_t got = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
            if (got < 0) return all;
            all.emplace_back(text.data(), static_cast<std::size_t>(got));
        }
    }

  private:
    int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::vector<std::string> serve(const test::TempFolder& folder, std::vector<std::string> told,
                               const std::vector<std::string>& settings = {}) {
    std::vector<std::string> all{"/usr/bin/env"};
    all.insert(all.end(), told.begin(), told.end());
    all.insert(all.end(), {COHORT_BINARY, "serve", "--data", folder.path(), "--port", "0", "--set",
                           "data.demo=false"});
    for (const std::string& one : settings) all.insert(all.end(), {"--set", one});
    return all;
}

}  // namespace

TEST_SUITE_BEGIN("whatever the store");

TEST_CASE("a service manager hears that the server is ready, lives and stops, in this order") {
    const test::TempFolder folder;
    Manager manager{folder / "manager"};
    Process server{serve(folder, {"NOTIFY_SOCKET=" + (folder / "manager"), "WATCHDOG_USEC=20000"}),
                   folder / "errors"};
    CHECK(manager.hear_news() == "READY=1");
    CHECK(!address_of(server).empty());
    for (int i = 0; i < 3; ++i) CHECK(manager.hear() == "WATCHDOG=1");
    server.signal(SIGTERM);
    CHECK(manager.hear_news() == "STOPPING=1");
    CHECK(server.wait() == 0);
}

TEST_CASE("a service manager hears of a restart, and from the same process that it is over") {
    const test::TempFolder folder;
    Manager manager{folder / "manager"};
    Process server{serve(folder, {"NOTIFY_SOCKET=" + (folder / "manager"), "WATCHDOG_USEC=20000"},
                         {"http.restart_grace=0s"}),
                   folder / "errors"};
    CHECK(manager.hear_news() == "READY=1");
    const std::string address = address_of(server);
    server.signal(SIGUSR2);
    CHECK(manager.hear_news() == "RELOADING=1");
    CHECK(manager.hear_news() == "READY=1");
    CHECK(address_of(server) == address);
    CHECK(manager.hear() == "WATCHDOG=1");
    server.signal(SIGTERM);
    CHECK(manager.hear_news() == "STOPPING=1");
    CHECK(server.wait() == 0);
}

TEST_CASE("whoever asks to stop while the server restarts is heard: there is no next program") {
    const test::TempFolder folder;
    Manager manager{folder / "manager"};
    Process server{
        serve(folder, {"NOTIFY_SOCKET=" + (folder / "manager")}, {"http.restart_grace=1h"}),
        folder / "errors"};
    CHECK(manager.hear_news() == "READY=1");
    server.signal(SIGUSR2);
    CHECK(manager.hear_news() == "RELOADING=1");
    server.signal(SIGTERM);
    CHECK(manager.hear_news() == "STOPPING=1");
    CHECK(server.wait() == 0);
    CHECK(manager.rest().empty());
}

TEST_CASE("a watchdog that is meant for another process is not told anything") {
    const test::TempFolder folder;
    Manager manager{folder / "manager"};
    Process server{serve(folder, {"NOTIFY_SOCKET=" + (folder / "manager"), "WATCHDOG_USEC=1000",
                                  "WATCHDOG_PID=1"}),
                   folder / "errors"};
    CHECK(manager.hear() == "READY=1");
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
    CHECK(manager.rest() == std::vector<std::string>{"STOPPING=1"});
}

TEST_CASE("a server whose service manager is gone starts and stops like any other") {
    const test::TempFolder folder;
    Process server{serve(folder, {"NOTIFY_SOCKET=" + (folder / "nobody"), "WATCHDOG_USEC=20000"}),
                   folder / "errors"};
    CHECK(!address_of(server).empty());
    server.signal(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_SUITE_END();

}  // namespace tests
