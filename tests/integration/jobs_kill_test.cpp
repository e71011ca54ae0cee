// SPDX-License-Identifier: Apache-2.0
// The real server is killed, stopped and doubled while a job of many items runs: none is lost, none
// is done twice, and at every read the counts are those of the items. JOB_KILLS lengthens a run.
#include <csignal>
#include <random>
#include <set>

#include "weft/run.h"

#include "tests/integration/client.h"
#include "tests/integration/listener.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"
#include "tests/world/estate.h"

namespace tests {

namespace {

constexpr int subjects = 200;

// A study with many subjects, and whoever may export it.
struct Scene {
    test::TempFolder folder;
    Estate estate = lay_estate(*open_store(folder.path()));
    std::string job;  // its path

    const Ground& ground() const { return estate.ground; }
    Client client(const Server& server, const std::string& who = "data_manager@all") const {
        return {server.address(), ground().tokens.at(who)};
    }
    static std::vector<std::string> arguments() {
        return {"--set", "data.demo=false", "--set", "jobs.lease=1s"};
    }
    // Slow enough for a server to be killed in between.
    void start(const Server& server) {
        for (int i = 0; i < subjects; ++i)
            REQUIRE(add_subject(server.address(), ground(), std::to_string(i)).status == 201);
        const Answer started =
            client(server).ask("POST", "/api/v1/studies/" + ground().study.text + "/exports",
                               R"({"each":"subject","rate":1200,"most":8})");
        REQUIRE(started.outcome() == "201");
        job = "/api/v1/jobs/" + started.at("/job");
    }
    std::int64_t rows(const std::string& what) { return rows_in(store_of(folder.path()), what); }
};

// A job as it is told, once its counts were found to add up.
Answer look(Client& client, const std::string& job) {
    const Answer told = client.ask("GET", job);
    REQUIRE(told.outcome() == "200");
    std::int64_t sum = 0;
    for (const char* state : {"done", "failed", "skipped", "in_flight", "pending", "unknown"})
        sum += std::stoll(told.at(std::string("/counts/") + state));
    CHECK(sum == subjects);
    CHECK(told.at("/counts/total") == std::to_string(subjects));
    return told;
}

std::int64_t done(const Answer& job) {
    return std::stoll(job.at("/counts/done"));
}

void wait_for(Client& client, const std::string& job, std::int64_t items) {
    while (done(look(client, job)) < items) weft::yield();
}

// Every item is done, once, with its one file.
void check_over(Scene& scene, const Server& server) {
    Client client = scene.client(server);
    CHECK(client.ask("POST", scene.job + "/pace", "{}").status == 200);
    while (look(client, scene.job).at("/ended_at") == "null") weft::yield();
    const Answer over = look(client, scene.job);
    CHECK(over.at("/state") == "succeeded");
    CHECK(done(over) == subjects);
    CHECK(over.at("/results") == std::to_string(subjects));
    std::set<std::string> numbers;
    const Answer items = client.ask("GET", scene.job + "/items?state=done&limit=500");
    for (const auto& item : items.body.at("items").as_array())
        numbers.insert(std::to_string(item.at("number").as_int64()));
    CHECK(numbers.size() == subjects);
    CHECK(scene.rows("job_item") == 0);
    CHECK(scene.rows("job_item_past") == subjects);
    CHECK(scene.rows("job_result WHERE part = 1") == subjects);
    CHECK(client.ask("GET", scene.job + "/items/" + std::to_string(subjects) + "/result").status ==
          200);
}

}  // namespace

TEST_CASE("kill -9 during a job loses no item and does none twice, and its counts always add up") {
    const auto kills = static_cast<int>(test::from_environment("JOB_KILLS", 4));
    CHECK(weft::run([&] {
              Scene scene;
              std::mt19937_64 random(20'261'122);
              {
                  const Server server(scene.folder, Scene::arguments());
                  REQUIRE_FALSE(server.address().empty());
                  scene.start(server);
              }
              std::int64_t before = 0;
              for (int kill = 0; kill < kills; ++kill) {
                  Server server(scene.folder, Scene::arguments());
                  REQUIRE_FALSE(server.address().empty());
                  Client client = scene.client(server);
                  const std::int64_t more = std::uniform_int_distribution<int>(
                      1, std::max(1, subjects / kills / 2))(random);
                  wait_for(client, scene.job, std::min<std::int64_t>(subjects, before + more));
                  before = done(look(client, scene.job));
                  server.kill();
                  CHECK(server.wait() == -SIGKILL);
              }
              Server server(scene.folder, Scene::arguments());
              check_over(scene, server);
              CHECK(server.stop() == 0);
              CHECK(verify_audit(scene.folder) == 0);
          }) == 0);
}

TEST_CASE("a server that is asked to stop leaves nothing in flight, and no attempt is counted") {
    CHECK(weft::run([&] {
              Scene scene;
              {
                  Server server(scene.folder, Scene::arguments());
                  REQUIRE_FALSE(server.address().empty());
                  scene.start(server);
                  Client client = scene.client(server);
                  wait_for(client, scene.job, 20);
                  CHECK(server.stop() == 0);
              }
              CHECK(scene.rows("job_item WHERE state = 'in_flight'") == 0);
              CHECK(scene.rows("job_worker") == 0);
              Server server(scene.folder, Scene::arguments());
              check_over(scene, server);
              CHECK(scene.rows("job_item_past WHERE attempts > 1") == 0);
              CHECK(server.stop() == 0);
          }) == 0);
}

TEST_CASE("two servers share a job, and when one is killed the other does the rest" *
          doctest::skip(!on_postgresql())) {  // SQLite belongs to one server
    CHECK(weft::run([&] {
              Scene scene;
              Server first(scene.folder, Scene::arguments());
              Server second(scene.folder, Scene::arguments());
              REQUIRE_FALSE(second.address().empty());
              scene.start(first);
              Client client = scene.client(second);
              wait_for(client, scene.job, 30);
              first.kill();
              CHECK(first.wait() == -SIGKILL);
              check_over(scene, second);
              CHECK(second.stop() == 0);
          }) == 0);
}

TEST_CASE("who listens to a job hears it change, and after coming back what it missed") {
    CHECK(weft::run([&] {
              Scene scene;
              Server server(scene.folder, Scene::arguments());
              REQUIRE_FALSE(server.address().empty());
              scene.start(server);
              const auto listen = [&](const std::string& who, const std::string& last = {}) {
                  return Listener(server.address(), scene.ground().tokens.at(who),
                                  scene.job + "/changes", last);
              };
              CHECK(listen("monitor@all").status == "403");
              CHECK(listen("editor@all").status == "404");
              Client client = scene.client(server);
              CHECK(client.ask("POST", scene.job + "/pause").status == 200);
              std::string heard;
              {
                  Listener listener = listen("statistician@all");
                  std::string event;
                  while (event.find("\"state\":\"paused\"") == std::string::npos)
                      event = listener.hear();
                  CHECK(event.find("event: changed\n") != std::string::npos);
                  heard = id_of(event);
              }
              CHECK(client.ask("POST", scene.job + "/resume").status == 200);
              CHECK(client.ask("POST", scene.job + "/pace", "{}").status == 200);
              Listener again = listen("statistician@all", heard);
              const std::string missed = again.hear();
              CHECK(std::stoll(id_of(missed)) > std::stoll(heard));
              CHECK(missed.find("\"state\":\"paused\"") == std::string::npos);
              std::string last = missed;
              while (last.find("\"state\":\"succeeded\"") == std::string::npos) {
                  REQUIRE_FALSE(last.empty());
                  last = again.hear();
              }
              Listener list(server.address(), scene.ground().tokens.at("statistician@all"),
                            "/api/v1/jobs/changes");
              const std::string first = list.hear();
              CHECK(client
                        .ask("POST", "/api/v1/studies/" + scene.ground().study.text + "/exports",
                             "{}")
                        .status == 201);
              CHECK(std::stoll(id_of(list.hear())) > std::stoll(id_of(first)));
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
