// SPDX-License-Identifier: Apache-2.0
// Servers are killed (SIGKILL) while they pass alerts on, on PostgreSQL one of two: whoever goes
// on, each step of each alert is there once, with its record. ALERTS_KILL9_ROUNDS and
// ALERTS_KILL9_SEED repeat or lengthen a run.
#include <optional>
#include <random>

#include "weft/run.h"

#include "tests/integration/answering.h"
#include "tests/integration/passing_time.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"

namespace tests {

namespace {

constexpr int patients = 6;

struct Scene {
    std::vector<std::string> arguments() const {
        return {"--set", "data.demo=false", "--set", "jobs.lease=1s"};
    }
    std::int64_t rows(const std::string& what) { return rows_in(store_of(folder.path()), what); }
    void wait_for_steps(std::int64_t count) {
        while (rows("patient_alert_step") < count) weft::yield();
    }

    // Fifteen minutes later servers find what is due. One is killed after so many steps; then all
    // of them are taken.
    void pass_on(std::int64_t killed_after, std::int64_t all) {
        let_pass(*open_store(folder.path()), std::chrono::minutes(15));
        std::optional<Server> other;
        Server one(folder, arguments());
        REQUIRE_FALSE(one.address().empty());
        if (on_postgresql()) other.emplace(folder, arguments());
        wait_for_steps(killed_after);
        one.kill();
        one.wait();
        if (!other) other.emplace(folder, arguments());
        REQUIRE_FALSE(other->address().empty());
        wait_for_steps(all);
        CHECK(other->stop() == 0);
    }

    test::TempFolder folder;
    Ground ground = lay_ground(*open_store(folder.path()));
};

}  // namespace

TEST_CASE("kill -9 while alerts are passed on: every step is taken, once, with its record") {
    const auto rounds = static_cast<int>(test::from_environment("ALERTS_KILL9_ROUNDS", 3));
    const std::uint64_t seed = test::from_environment("ALERTS_KILL9_SEED", 20'261'123);
    MESSAGE("ALERTS_KILL9_SEED=", seed, " ALERTS_KILL9_ROUNDS=", rounds);
    std::mt19937_64 random(seed);
    const int code = weft::run([&] {
        Scene scene;
        std::string plan;
        for (int round = 0; round < rounds; ++round) {
            const std::int64_t before = std::int64_t{4} * patients * round;
            {
                Server server(scene.folder, scene.arguments());
                REQUIRE_FALSE(server.address().empty());
                if (round == 0) plan = plan_in(server.address(), scene.ground);
                for (int i = 0; i < patients; ++i)
                    CHECK(
                        AnsweringPatient(server.address(), scene.ground, plan).send(3).outcome() ==
                        "201");
                server.kill();
                server.wait();
            }
            std::uniform_int_distribution<std::int64_t> some(0, patients - 1);
            scene.pass_on(before + patients + some(random), before + std::int64_t{2} * patients);
            scene.pass_on(before + 2 * patients + some(random),
                          before + std::int64_t{4} * patients);
        }
        const std::int64_t alerts = std::int64_t{patients} * rounds;
        CHECK(scene.rows("patient_alert") == alerts);
        for (const char* told : {"site", "monitor", "safety_officer", "nobody"})
            CHECK(scene.rows(std::string("patient_alert_step WHERE told = '") + told + "'") ==
                  alerts);
        CHECK(scene.rows("audit_record WHERE action = 'patient-alert.passed-on'") == 2 * alerts);
        CHECK(scene.rows("audit_record WHERE action = 'patient-alert.exhausted'") == alerts);
        CHECK(verify_audit(scene.folder) == 0);
    });
    CHECK(code == 0);
}

TEST_CASE("the metrics say how many alerts nobody has acknowledged, and how old the oldest is") {
    CHECK(weft::run([] {
              Scene scene;
              Server server(scene.folder, scene.arguments());
              REQUIRE_FALSE(server.address().empty());
              const auto says = [&](const std::string& line) {
                  Client engineer(server.address(), scene.ground.tokens.at("engineer"));
                  return engineer.ask("GET", "/metrics").text.find("\n" + line + "\n") !=
                         std::string::npos;
              };
              CHECK(says("cohort_patient_alerts_open 0"));
              CHECK(says("cohort_patient_alerts_oldest_seconds 0"));
              const std::string plan = plan_in(server.address(), scene.ground);
              CHECK(AnsweringPatient(server.address(), scene.ground, plan).send(3).outcome() ==
                    "201");
              CHECK(says("cohort_patient_alerts_open 1"));
              CHECK(server.stop() == 0);
          }) == 0);
}

}  // namespace tests
