// SPDX-License-Identifier: Apache-2.0
// Pages that show a study hear what has changed, over a real server.
#include <array>
#include <string>

#include "weft/net.h"
#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/test.h"

namespace tests {

namespace {

// Somebody who listens.
class Listener {
  public:
    Listener(const std::string& address, const Ground& ground, const std::string& who,
             const std::string& last_heard = {})
        : connection_(weft::net::dial(address).value()) {
        std::string head = "GET /api/v1/studies/" + ground.study.text +
                           "/changes HTTP/1.1\r\nHost: " + address + "\r\n";
        for (const auto& [name, value] : headers_of(ground.tokens.find(who)->second))
            head += name + ": " + value + "\r\n";
        if (!last_heard.empty()) head += "Last-Event-ID: " + last_heard + "\r\n";
        CHECK(connection_.write_all(head + "\r\n"));
        status = take("\r\n\r\n").substr(9, 3);
    }

    /// The next event, comments apart; empty once the stream has ended.
    std::string hear() {
        std::string event = ":";
        while (event.starts_with(":")) event = take("\n\n");
        return event;
    }

    std::string status;

  private:
    std::string take(const std::string& end) {
        while (unread_.find(end) == std::string::npos) {
            std::array<std::byte, 4096> bytes{};
            const auto got = connection_.read_some(bytes);
            if (!got || *got == 0) return {};
            unread_.append(reinterpret_cast<const char*>(bytes.data()), *got);
        }
        const std::size_t size = unread_.find(end) + end.size();
        const std::string piece = unread_.substr(0, size);
        unread_.erase(0, size);
        return piece;
    }

    weft::net::Connection connection_;
    std::string unread_;
};

std::string id_of(const std::string& event) {
    return event.substr(4, event.find('\n') - 4);
}

bool names(const std::string& event, const Answer& subject) {
    return event.find("event: changed\n") != std::string::npos &&
           event.find("\"subject\":\"" + subject.at("/id") + "\"") != std::string::npos;
}

}  // namespace

TEST_CASE("a listener hears what changes at its own sites, and after a restart what it missed") {
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              std::string heard;
              {
                  Server server(folder);
                  REQUIRE_FALSE(server.address().empty());
                  Listener ann(server.address(), ground, "ann");
                  Listener bob(server.address(), ground, "bob");
                  CHECK(ann.status == "200");
                  CHECK(ann.hear().find("event: ready\n") != std::string::npos);
                  CHECK(bob.hear().find("event: ready\n") != std::string::npos);

                  const Answer subject = add_subject(server.address(), ground, "A-1");
                  REQUIRE(subject.status == 201);
                  const std::string event = ann.hear();
                  CHECK(names(event, subject));
                  heard = id_of(event);

                  // At bob's site: the first that he hears, and nothing that she does.
                  Client of_bob(server.address(), ground.tokens.at("bob"));
                  const Answer other =
                      of_bob.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                                 R"({"site":")" + ground.site_b.text + R"("})");
                  REQUIRE(other.status == 201);
                  CHECK(names(bob.hear(), other));

                  CHECK(server.stop() == 0);
                  CHECK(ann.hear().empty());
              }
              Server server(folder);
              const Answer missed = add_subject(server.address(), ground, "A-2");
              Listener ann(server.address(), ground, "ann", heard);
              CHECK(names(ann.hear(), missed));
              CHECK(server.stop() == 0);
          }) == 0);
}

TEST_CASE("who may not see a study, or has not signed in, hears nothing of it") {
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              Server server(folder);
              CHECK(Listener(server.address(), ground, "editor").status == "404");
              Client stranger(server.address(), "");
              const std::string path = "/api/v1/studies/" + ground.study.text + "/changes";
              CHECK(stranger.ask("GET", path).status == 401);

              // Whoever signs out while listening is ended.
              Listener ann(server.address(), ground, "ann");
              CHECK(ann.hear().find("event: ready\n") != std::string::npos);
              Client of_ann(server.address(), ground.tokens.at("ann"));
              CHECK(of_ann.ask("DELETE", "/api/v1/session").status == 204);
              CHECK(ann.hear().empty());
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
