// SPDX-License-Identifier: Apache-2.0
// The real server is killed (SIGKILL) while patients send answers. Whoever saw a 2xx finds the
// answers there, once, with their score, their alert and their records; whoever saw nothing sends
// them again and they are there once too. EPRO_KILL9_ROUNDS and EPRO_KILL9_SEED repeat or lengthen
// a run.
#include <atomic>
#include <random>

#include "weft/run.h"
#include "weft/scope.h"

#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

using cohort::http::Pairs;

namespace {

constexpr int patients = 8;

// One who answers a window after the other; all of them are open.
struct Answering {
    std::string subject;
    Pairs session;
    std::vector<std::string> told;  // by window, from the first: the 2xx that was seen
    bool is_in_doubt = false;       // the next window's answers were sent, and no answer was seen
};

// Every third calls somebody.
std::string answers_to(std::size_t window) {
    return mood_answers(std::to_string(window % 4), std::to_string(window % 24) + ".50",
                        window % 3 == 0);
}

Answer send(Client& client, const std::string& plan, const Answering& who, std::size_t window) {
    Pairs headers = who.session;
    headers.emplace_back("idempotency-key", "window-" + std::to_string(window));
    return client.ask("POST",
                      "/api/v1/patient/tasks/" + plan + "/" + std::to_string(window) + "/response",
                      answers_to(window), headers, "application/fhir+json");
}

Pairs come_in(const std::string& address, const Ground& ground, const std::string& subject) {
    Client staff(address, ground.tokens.at("ann"));
    const Answer invitation = staff.ask("POST", "/api/v1/subjects/" + subject + "/invitation");
    const Answer in =
        Client(address, "")
            .ask("POST", "/api/v1/patient/activation",
                 R"({"invitation":")" + invitation.at("/invitation") + R"(","code":")" +
                     invitation.at("/code") + R"(","pin":")" + patient_pin + "\"}");
    REQUIRE(in.outcome() == "200");
    return {{"cookie", "cohort_patient=" + cookie_in(in, "cohort_patient")},
            {"x-csrf-token", in.at("/csrf")}};
}

// A published form and a plan with a thousand windows, all of them late; its id.
std::string plan_in(const std::string& address, const Ground& ground) {
    Client builder(address, ground.tokens.at("builder"));
    const std::string study = "/api/v1/studies/" + ground.study.text;
    const std::string form =
        "/api/v1/questionnaires/" +
        builder.ask("POST", study + "/questionnaires", mood_form(), {}, "application/fhir+json")
            .at("/id");
    builder.ask("PUT", form + "/rules", mood_rules(), {{"if-match", "\"1\""}});
    REQUIRE(builder.ask("POST", form + "/publish", "", {{"if-match", "\"2\""}}).status == 200);
    return builder
        .ask("POST", study + "/questionnaire-plans",
             R"({"url":"http://example.org/mood","name":"n","times":1000,"late_days":3660})")
        .at("/id");
}

Answering somebody(const std::string& address, const Ground& ground) {
    Client staff(address, ground.tokens.at("ann"));
    const Answer subject =
        staff.ask("POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                  R"({"site":")" + ground.site_a.text + R"(","enrolled_on":"2020-01-01"})");
    REQUIRE(subject.outcome() == "201");
    return {.subject = subject.at("/id"),
            .session = come_in(address, ground, subject.at("/id")),
            .told = {}};
}

// All answer until the server is killed, which happens once so many answers were seen.
void answer_until_killed(Server& server, const std::string& plan, std::vector<Answering>& all,
                         int answers) {
    std::atomic<int> seen{0};
    weft::scope([&](weft::Scope& scope) {
        for (Answering& one : all)
            scope.go([&] {
                Client client(server.address(), "");
                for (;;) {
                    const Answer told = send(client, plan, one, one.told.size() + 1);
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
void check_kept(const std::string& address, const std::string& plan, std::vector<Answering>& all) {
    for (Answering& one : all) {
        Client client(address, "");
        for (std::size_t window = 1; window <= one.told.size(); ++window)
            CHECK(send(client, plan, one, window).text == one.told[window - 1]);
        if (!one.is_in_doubt) continue;
        const Answer told = send(client, plan, one, one.told.size() + 1);
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
        std::string plan;
        std::vector<Answering> all;
        std::size_t told = 0;
        for (int round = 0; round <= rounds; ++round) {
            Server server(folder);
            REQUIRE(!server.address().empty());
            if (round == 0) {
                plan = plan_in(server.address(), ground);
                for (int i = 0; i < patients; ++i)
                    all.push_back(somebody(server.address(), ground));
            }
            check_kept(server.address(), plan, all);
            if (round == rounds) {
                CHECK(server.stop() == 0);
                break;
            }
            const int until = std::uniform_int_distribution<int>(1, 150)(random);
            answer_until_killed(server, plan, all, until);
        }
        for (const Answering& one : all) told += one.told.size();
        CHECK(verify_audit(folder) == 0);
        check_store(folder, all);
        MESSAGE("kills: ", rounds, ", answers kept: ", told);
    });
    CHECK(code == 0);
}

}  // namespace tests
