// SPDX-License-Identifier: Apache-2.0
// The real server is killed while people save: each stored change of a record is an event, each
// event is counted once, and what the server says of its sites is what is stored. EVENT_KILLS
// lengthens a run.
#include <atomic>
#include <csignal>
#include <random>

#include "weft/run.h"
#include "weft/scope.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/nats.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"

namespace tests {

namespace {

constexpr int people = 4;

struct Scene {
    test::TempFolder folder;
    Estate estate = lay_estate(*open_store(folder.path()));

    Scene() { make_room_for_a_million(*open_store(folder.path()), ground()); }
    const Ground& ground() const { return estate.ground; }
    Client client(const Server& server, const std::string& who) const {
        return {server.address(), ground().tokens.at(who)};
    }
    static std::vector<std::string> arguments() {
        return {"--set", "data.demo=false", "--set", "events.lease=1s"};
    }
    std::int64_t number(const std::string& sql) {
        auto options = store_of(folder.path());
        options.read_only = true;
        const auto db = cohort::db::Db::open(options);
        REQUIRE(db.ok());
        return (*db)
            ->read([&](cohort::db::Tx& tx) -> cohort::Result<std::int64_t> {
                return TRY(tx.one(sql)).get<std::int64_t>(0);
            })
            .value();
    }
};

// New records, saved some times each, until the server is gone or somebody has had enough.
void save(Client& client, const Ground& ground, const std::string& key, std::atomic<int>& seen,
          int enough) {
    for (int i = 0; seen < enough; ++i) {
        const std::string subject_key = key + std::to_string(i);
        const Answer subject = client.ask(
            "POST", "/api/v1/studies/" + ground.study.text + "/subjects",
            R"({"site":")" + ground.site_a.text + R"("})", {{"idempotency-key", subject_key}});
        const Answer form = client.ask("POST", "/api/v1/subjects/" + subject.at("/id") + "/forms",
                                       R"({"event":"V","form":"F"})");
        std::int64_t version = 0;
        for (int saves = 0; saves < 5; ++saves) {
            const Answer saved =
                client.ask("PATCH", "/api/v1/forms/" + form.at("/id"),
                           R"({"changes":[{"group":"VITALS","item":"SYS","raw":")" +
                               std::to_string(100 + saves) + R"(","base_version":)" +
                               std::to_string(version) + R"(,"reason":"entered again"}]})");
            if (saved.status == 0) return;
            REQUIRE(saved.outcome() == "200");
            version = std::stoll(saved.at("/items/0/version"));
            ++seen;
        }
    }
}

void save_at(const std::vector<const Server*>& servers, const Scene& scene, const std::string& key,
             int enough) {
    std::atomic<int> seen{0};
    weft::scope([&](weft::Scope& s) {
        for (int i = 0; i < people; ++i)
            s.go("person", [&, i] {
                Client client = scene.client(*servers[i % servers.size()], "ann");
                save(client, scene.ground(), key + std::to_string(i) + "-", seen, enough);
            });
    });
}

// Until everybody has acted on everything.
void wait_for_all(Client& client) {
    for (;;) {
        const Answer told = client.ask("GET", "/api/v1/system/events");
        REQUIRE(told.outcome() == "200");
        std::int64_t left = 0;
        bool is_counted = false;
        for (const auto& one : told.body.at("subscribers").as_array()) {
            left += one.at("behind").as_int64() + one.at("waiting").as_int64();
            CHECK(one.at("dead").as_int64() == 0);
            is_counted = is_counted || one.at("subscriber").as_string() == "site-activity";
        }
        CHECK(is_counted);
        if (left == 0) return;
        weft::yield();
    }
}

// Every version of every form, counted once.
void check_counted(Scene& scene, const Server& server) {
    // Those that a killed server had not numbered yet come with the first look.
    while (scene.number("SELECT count(*) FROM event WHERE position IS NULL") > 0) weft::yield();
    Client engineer = scene.client(server, "engineer@all");
    wait_for_all(engineer);
    const auto stored = scene.number("SELECT sum(version) FROM form_instance");
    CHECK(stored > 0);
    CHECK(scene.number("SELECT count(*) FROM event") == stored);
    CHECK(scene.number("SELECT count(DISTINCT position) FROM event") == stored);
    CHECK(scene.number("SELECT sum(changes) FROM site_activity") == stored);
    CHECK(scene.number("SELECT count(*) FROM event_inbox WHERE state = 'done'") == stored);
    std::int64_t told = 0;
    const Answer activity =
        scene.client(server, "ann")
            .ask("GET", "/api/v1/studies/" + scene.ground().study.text + "/activity");
    for (const auto& line : activity.body.at("activity").as_array())
        told += line.at("changes").as_int64();
    CHECK(told == stored);
}

}  // namespace

TEST_CASE("kill -9 while records are saved: each change is an event, and is counted once") {
    const auto kills = static_cast<int>(test::from_environment("EVENT_KILLS", 4));
    CHECK(weft::run([&] {
              Scene scene;
              std::mt19937_64 random(20'261'122);
              for (int kill = 0; kill < kills; ++kill) {
                  Server server(scene.folder, Scene::arguments());
                  REQUIRE_FALSE(server.address().empty());
                  const int enough = std::uniform_int_distribution<int>(20, 120)(random);
                  weft::scope([&](weft::Scope& s) {
                      s.go("people", [&] {
                          save_at({&server}, scene, std::to_string(kill) + "-", 1'000'000);
                      });
                      const auto before =
                          scene.number("SELECT coalesce(sum(version), 0) FROM form_instance");
                      while (scene.number("SELECT coalesce(sum(version), 0) FROM form_instance") <
                             before + enough)
                          weft::yield();
                      server.kill();
                  });
                  CHECK(server.wait() == -SIGKILL);
              }
              Server server(scene.folder, Scene::arguments());
              REQUIRE_FALSE(server.address().empty());
              check_counted(scene, server);
              CHECK(server.stop() == 0);
              CHECK(verify_audit(scene.folder) == 0);
          }) == 0);
}

TEST_CASE("NATS between the servers is killed and wiped while records are saved: all is counted") {
    CHECK(weft::run([&] {
              Scene scene;
              test::NatsServer nats;
              auto arguments = Scene::arguments();
              arguments.insert(arguments.end(), {"--set", "events.nats=" + nats.url()});
              Server server(scene.folder, arguments);
              REQUIRE_FALSE(server.address().empty());
              for (int kill = 0; kill < 2; ++kill) {
                  save_at({&server}, scene, "before-" + std::to_string(kill), 30);
                  nats.kill();
                  if (kill == 0) nats.wipe();
                  save_at({&server}, scene, "during-" + std::to_string(kill), 30);
                  nats.start();
              }
              check_counted(scene, server);
              CHECK(server.stop() == 0);
          }) == 0);
}

TEST_CASE("two servers save and count, and when one is killed the other counts the rest" *
          doctest::skip(!on_postgresql())) {  // SQLite belongs to one server
    CHECK(weft::run([&] {
              Scene scene;
              Server first(scene.folder, Scene::arguments());
              Server second(scene.folder, Scene::arguments());
              REQUIRE_FALSE(second.address().empty());
              save_at({&first, &second}, scene, "both-", 100);
              first.kill();
              CHECK(first.wait() == -SIGKILL);
              save_at({&second}, scene, "rest-", 50);
              check_counted(scene, second);
              CHECK(second.stop() == 0);
          }) == 0);
}

}  // namespace tests
