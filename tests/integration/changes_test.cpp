// SPDX-License-Identifier: Apache-2.0
// Pages that show a study hear what has changed, over a real server.
#include <string>

#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/listener.h"
#include "tests/integration/server_process.h"
#include "tests/support/test.h"

namespace tests {

namespace {

// Somebody who listens to what changes in the study.
struct StudyListener : Listener {
    StudyListener(const std::string& address, const Ground& ground, const std::string& who,
                  const std::string& last_heard = {})
        : Listener(address, ground.tokens.find(who)->second,
                   "/api/v1/studies/" + ground.study.text + "/changes", last_heard) {}
};

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
                  StudyListener ann(server.address(), ground, "ann");
                  StudyListener bob(server.address(), ground, "bob");
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
              StudyListener ann(server.address(), ground, "ann", heard);
              CHECK(names(ann.hear(), missed));
              CHECK(server.stop() == 0);
          }) == 0);
}

TEST_CASE("who may not see a study, or has not signed in, hears nothing of it") {
    CHECK(weft::run([&] {
              const test::TempFolder folder;
              const Ground ground = lay_ground(*open_store(folder.path()));
              Server server(folder);
              CHECK(StudyListener(server.address(), ground, "editor").status == "404");
              Client stranger(server.address(), "");
              const std::string path = "/api/v1/studies/" + ground.study.text + "/changes";
              CHECK(stranger.ask("GET", path).status == 401);

              // Whoever signs out while listening is ended.
              StudyListener ann(server.address(), ground, "ann");
              CHECK(ann.hear().find("event: ready\n") != std::string::npos);
              Client of_ann(server.address(), ground.tokens.at("ann"));
              CHECK(of_ann.ask("DELETE", "/api/v1/session").status == 204);
              CHECK(ann.hear().empty());
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
