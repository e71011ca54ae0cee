// SPDX-License-Identifier: Apache-2.0
// Several servers on one PostgreSQL are one system to those who use it.
#include <csignal>
#include <map>
#include <mutex>

#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/test.h"

namespace tests {

namespace {

// Two servers with one data folder, for the key that signs the audit, and one database.
struct Pair {
    Pair() : ground(lay_ground(*open_store(folder.path()))), first(folder), second(folder) {
        REQUIRE_FALSE(first.address().empty());
        REQUIRE_FALSE(second.address().empty());
    }
    Client client(const Server& server, const std::string& login) const {
        return {server.address(), ground.tokens.at(login)};
    }
    Answer add_subject(const Server& server, const std::string& key) const {
        return tests::add_subject(server.address(), ground, key);
    }
    std::int64_t count(const std::string& what) { return rows_in(store_of(folder.path()), what); }

    test::TempFolder folder;
    Ground ground;
    Server first;
    Server second;
};

}  // namespace

TEST_CASE("what one server stores the other shows, and an ended session is ended at both" *
          doctest::skip(!on_postgresql())) {  // SQLite belongs to one server
    CHECK(weft::run([] {
              Pair pair;
              const Answer made = pair.add_subject(pair.first, "k");
              CHECK(made.outcome() == "201");
              const std::string subject = "/api/v1/subjects/" + made.at("/id");
              CHECK(pair.client(pair.second, "ann").ask("GET", subject).outcome() == "200");
              CHECK(pair.add_subject(pair.second, "k").at("/id") == made.at("/id"));

              Client at_second = pair.client(pair.second, "amy");
              CHECK(at_second.ask("GET", "/api/v1/session").status == 200);
              CHECK(pair.client(pair.first, "amy").ask("DELETE", "/api/v1/session").status < 300);
              while (at_second.ask("GET", "/api/v1/session").status != 401) weft::yield();
              CHECK(pair.first.stop() == 0);
              CHECK(pair.second.stop() == 0);
          }) == 0);
}

TEST_CASE("one key sent to two servers at once makes one subject" *
          doctest::skip(!on_postgresql())) {
    CHECK(weft::run([] {
              Pair pair;
              std::map<std::string, int> outcomes;
              weft::Mutex mutex;
              weft::scope([&](weft::Scope& s) {
                  for (int i = 0; i < 24; ++i)
                      s.go([&, i] {
                          const Server& server = i % 2 == 0 ? pair.first : pair.second;
                          const auto answer =
                              pair.add_subject(server, "k-" + std::to_string(i / 8));
                          const std::lock_guard lock(mutex);
                          ++outcomes[answer.outcome()];
                      });
              });
              for (const auto& [outcome, times] : outcomes)
                  CHECK((outcome == "201" || outcome == "409 idempotency-running"));
              CHECK(pair.count("subject") == 3);
              CHECK(pair.count("audit_record WHERE action = 'subject.created'") == 3);
          }) == 0);
}

TEST_CASE("a server without the key of the audit does not start on an audit that is signed" *
          doctest::skip(!on_postgresql())) {
    CHECK(weft::run([] {
              Pair pair;
              CHECK(pair.add_subject(pair.first, "k").status == 201);
              while (pair.count("audit_unsealed") > 0) weft::yield();
              const test::TempFolder fresh;
              std::vector<std::string> arguments = store_arguments(pair.folder.path());
              arguments.insert(arguments.end(), {"--set", "data.demo=false"});
              Server third(fresh, arguments);
              CHECK(third.address().empty());
              CHECK(third.wait() == 1);
              arguments.insert(arguments.end(), {"--set", "audit.new_key=true"});
              Server with_a_new_key(fresh, arguments);
              CHECK_FALSE(with_a_new_key.address().empty());
          }) == 0);
}

TEST_CASE("kill -9 of the server that seals leaves the work and the sealing to the other" *
          doctest::skip(!on_postgresql())) {
    CHECK(weft::run([] {
              Pair pair;
              for (int i = 0; i < 5; ++i)
                  CHECK(pair.add_subject(i % 2 == 0 ? pair.first : pair.second,
                                         "k-" + std::to_string(i))
                            .status == 201);
              pair.first.kill();
              CHECK(pair.first.wait() == -SIGKILL);
              for (int i = 5; i < 10; ++i)
                  CHECK(pair.add_subject(pair.second, "k-" + std::to_string(i)).status == 201);
              while (pair.count("audit_unsealed") > 0) weft::yield();
              CHECK(pair.count("subject") == 10);
              CHECK(verify_audit(pair.folder) == 0);
          }) == 0);
}

}  // namespace tests
