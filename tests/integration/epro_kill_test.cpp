// SPDX-License-Identifier: Apache-2.0
// The real server is killed (SIGKILL) while patients send answers. Whoever saw a 2xx finds the
// answers there, once, with their score, their alert and their records; whoever saw nothing sends
// them again and they are there once too. EPRO_KILL9_ROUNDS and EPRO_KILL9_SEED repeat or lengthen
// a run.
#include <atomic>
#include <random>

#include "weft/run.h"
#include "weft/scope.h"

#include "tests/integration/answering.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace tests {

namespace {

constexpr int patients = 8;

// One whose answers are kept in mind.
struct Answering {
    AnsweringPatient patient;
    std::vector<std::string> told = {};  // by window, from the first: the 2xx that was seen
    bool is_in_doubt = false;  // the next window's answers were sent, and no answer was seen
};

// All answer until the server is killed, which happens once so many answers were seen.
void answer_until_killed(Server& server, std::vector<Answering>& all, int answers) {
    std::atomic<int> seen{0};
    weft::scope([&](weft::Scope& scope) {
        for (Answering& one : all)
            scope.go([&] {
                for (;;) {
                    const Answer told = one.patient.send(one.told.size() + 1);
                    one.is_in_doubt = told.status == 0;
                    if (one.is_in_doubt) return;
                    if (told.status != 201) FAIL_CHECK(told.outcome());
                    one.told.push_back(told.text);
                    if (seen.fetch_add(1) + 1 >= answers) server.kill();
                }
            });
    });
}

// What was told is told again word for word, and what was in doubt is done now.
void check_kept(const std::string& address, std::vector<Answering>& all) {
    for (Answering& one : all) {
        one.patient.turn_to(address);
        for (std::size_t window = 1; window <= one.told.size(); ++window)
            CHECK(one.patient.send(window).text == one.told[window - 1]);
        if (!one.is_in_doubt) continue;
        const Answer told = one.patient.send(one.told.size() + 1);
        CHECK(told.status / 100 == 2);
        one.told.push_back(told.text);
        one.is_in_doubt = false;
    }
}

void check_store(const test::TempFolder& folder, const std::vector<Answering>& all) {
    std::int64_t windows = 0;
    std::int64_t alerts = 0;
    for (const Answering& one : all) {
        windows += static_cast<std::int64_t>(one.told.size());
        alerts += static_cast<std::int64_t>(one.told.size()) / 3;
    }
    cohort::db::Options options = store_of(folder.path());
    options.read_only = true;
    const auto count = [&](const std::string& what) { return rows_in(options, what); };
    CHECK(count("patient_response") == windows);
    CHECK(count("patient_score") == windows);
    CHECK(count("patient_alert") == alerts);
    CHECK(count("audit_record WHERE action = 'patient-response.submitted'") == windows);
    CHECK(count("audit_record WHERE action = 'patient-alert.raised'") == alerts);
}

}  // namespace

TEST_CASE("kill -9 while patients answer: what they were told is there, once and whole") {
    const auto rounds = static_cast<int>(test::from_environment("EPRO_KILL9_ROUNDS", 10));
    const std::uint64_t seed = test::from_environment("EPRO_KILL9_SEED", 20'261'122);
    MESSAGE("EPRO_KILL9_SEED=", seed, " EPRO_KILL9_ROUNDS=", rounds);
    std::mt19937_64 random(seed);
    const int code = weft::run([&] {
        const test::TempFolder folder;
        const Ground ground = lay_ground(*open_store(folder.path()));
        std::vector<Answering> all;
        std::size_t told = 0;
        for (int round = 0; round <= rounds; ++round) {
            Server server(folder);
            REQUIRE(!server.address().empty());
            if (round == 0) {
                const std::string plan = plan_in(server.address(), ground);
                for (int i = 0; i < patients; ++i)
                    all.push_back({AnsweringPatient(server.address(), ground, plan)});
            }
            check_kept(server.address(), all);
            if (round == rounds) {
                CHECK(server.stop() == 0);
                break;
            }
            const int until = std::uniform_int_distribution<int>(1, 150)(random);
            answer_until_killed(server, all, until);
        }
        for (const Answering& one : all) told += one.told.size();
        CHECK(verify_audit(folder) == 0);
        check_store(folder, all);
        MESSAGE("kills: ", rounds, ", answers kept: ", told);
    });
    CHECK(code == 0);
}

}  // namespace tests
