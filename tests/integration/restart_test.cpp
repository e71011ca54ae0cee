// SPDX-License-Identifier: Apache-2.0
// The program replaces itself under load, and no caller notices.
#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "weft/run.h"
#include "weft/scope.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/test.h"

namespace tests {

namespace {

// People at work until somebody says that it is enough.
struct Load {
    std::string address;
    const Ground& ground;
    std::atomic<bool> enough{false};
    std::atomic<int> asked{0};
    std::atomic<int> failed{0};
    std::atomic<int> written{0};

    void count(int status, int wanted) {
        ++asked;
        if (status != wanted) ++failed;
    }
    void read_on_one_connection() {
        Client client(address, ground.tokens.at("ann"));
        while (!enough) count(client.ask("GET", "/api/v1/session").status, 200);
    }
    void read_on_fresh_connections() {
        while (!enough)
            count(Client(address, ground.tokens.at("bob")).ask("GET", "/api/v1/session").status,
                  200);
    }
    void write(const std::string& name) {
        for (int i = 0; !enough; ++i) {
            const int status = add_subject(address, ground, name + std::to_string(i)).status;
            count(status, 201);
            if (status == 201) ++written;
        }
    }
};

std::string text_of(const std::string& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("a server that restarts three times under load fails no request and loses no write") {
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              Server server(folder,
                            {"--set", "data.demo=false", "--set", "http.restart_grace=200ms"});
              REQUIRE_FALSE(server.address().empty());
              Load load{.address = server.address(), .ground = ground};
              weft::scope([&](weft::Scope& s) {
                  for (int i = 0; i < 4; ++i) {
                      s.go([&] { load.read_on_one_connection(); });
                      s.go([&] { load.read_on_fresh_connections(); });
                  }
                  for (const char* name : {"a", "b"}) s.go([&, name] { load.write(name); });
                  for (int restart = 0; restart < 3; ++restart) {
                      const int before = load.asked;
                      while (load.asked < before + 200) weft::yield();
                      server.signal(SIGUSR2);
                      CHECK(server.await_ready() == server.address());
                  }
                  const int before = load.asked;
                  while (load.asked < before + 200) weft::yield();
                  load.enough = true;
              });
              CHECK(load.failed == 0);
              CHECK(load.written > 0);
              CHECK(server.stop() == 0);
              const auto db = open_store(folder.path());
              const auto rows = db->read([](cohort::db::Tx& tx) -> cohort::Result<std::int64_t> {
                  return TRY(tx.one("SELECT COUNT(*) FROM subject")).get<std::int64_t>(0);
              });
              CHECK(rows.value() == load.written);
          }) == 0);
}

TEST_CASE("a restart with settings that cannot be used is refused, and the server goes on") {
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              const std::string settings = folder / "cohort.toml";
              std::ofstream(settings) << "[data]\ndemo = false\n";
              Server server(folder, {"--config", settings});
              REQUIRE_FALSE(server.address().empty());
              std::ofstream(settings) << "[http]\nport = \"many\"\n";
              server.signal(SIGUSR2);
              Client client(server.address(), ground.tokens.at("ann"));
              while (text_of(folder / "cohort.log").find("server.restart-refused") ==
                     std::string::npos)
                  CHECK(client.ask("GET", "/api/v1/session").status == 200);
              CHECK(client.ask("GET", "/api/v1/session").status == 200);
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
