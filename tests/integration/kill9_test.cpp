// SPDX-License-Identifier: Apache-2.0
// The real server is killed (SIGKILL) while people enter forms. Whoever saw a 2xx finds the work
// there, once; whoever saw nothing asks again with the same key and finds it done once too; and the
// audit verifies. KILL9_ROUNDS and KILL9_SEED repeat or lengthen a run.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>

#include "weft/blocking.h"
#include "weft/run.h"
#include "weft/scope.h"

#include "cohort/platform/db/db.h"
#include "tests/integration/client.h"
#include "tests/integration/server_process.h"
#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace tests {

namespace {

constexpr int clients = 16;
constexpr int rounds_between_words = 25;  // a thousand take an hour: who waits hears how far it is

// One request that must be done exactly once, and what its caller knows of it.
struct Step {
    std::string method;
    std::string target;
    std::string body;
    cohort::http::Pairs headers;
    std::string answer;  // canonical body of the 2xx that was seen; empty: none was
};

// A person's work: a subject, its form, a value, completion; the next step needs the last answer.
struct Work {
    std::string key;  // part of every Idempotency-Key
    std::vector<Step> steps;
    std::string form;  // its id, once known
    std::string value;
};

Step next_step(const Ground& ground, const Work& work, const Answer& last) {
    const std::string number = std::to_string(work.steps.size());
    const cohort::http::Pairs key = {{"idempotency-key", work.key + "-" + number}};
    const std::string form = "/api/v1/forms/" + work.form;
    switch (work.steps.size()) {
        case 0:
            return {"POST", "/api/v1/studies/" + ground.study.text + "/subjects",
                    R"({"site":")" + ground.site_a.text + R"("})", key, ""};
        case 1:
            return {"POST", "/api/v1/subjects/" + last.at("/id") + "/forms",
                    R"({"event":"V","form":"F"})", key, ""};
        case 2:
            return {"PATCH", form,
                    R"({"changes":[{"group":"VITALS","item":"SYS","raw":")" + work.value +
                        R"(","base_version":0}]})",
                    key, ""};
        default: {
            auto headers = key;
            headers.emplace_back("if-match", "\"2\"");
            return {"POST", form + "/complete", "{}", headers, ""};
        }
    }
}

constexpr std::size_t steps_of_work = 4;

// Carries a piece of work on until it is finished or the server is gone.
void carry_on(Client& client, const Ground& ground, Work& work, std::atomic<int>& seen) {
    Answer last;
    for (;;) {
        const bool in_doubt = !work.steps.empty() && work.steps.back().answer.empty();
        if (!in_doubt) {
            if (work.steps.size() == steps_of_work) return;
            work.steps.push_back(next_step(ground, work, last));
        }
        Step& step = work.steps.back();
        last = client.ask(step.method, step.target, step.body, step.headers);
        if (last.status == 0) return;
        if (last.status >= 300) FAIL_CHECK(step.target << ": " << last.outcome());
        step.answer = cohort::json::canonical(last.body);
        if (work.steps.size() == 2) work.form = last.at("/id");
        seen.fetch_add(1);
    }
}

// People work until the server is killed, which happens once so many answers were seen.
std::vector<Work> work_until_killed(Server& server, const Ground& ground, int round, int answers) {
    std::vector<std::vector<Work>> by_client(clients);
    std::atomic<int> seen{0};
    weft::scope([&](weft::Scope& scope) {
        for (int i = 0; i < clients; ++i)
            scope.go([&, i] {
                Client client(server.address(), ground.tokens.at(i % 2 == 0 ? "ann" : "amy"));
                for (;;) {
                    Work& work = by_client[i].emplace_back();
                    work.key = std::to_string(round) + "-" + std::to_string(i) + "-" +
                               std::to_string(by_client[i].size());
                    work.value = std::to_string(100 + by_client[i].size() % 80);
                    carry_on(client, ground, work, seen);
                    if (seen.load() >= answers) server.kill();
                    if (work.steps.back().answer.empty()) return;
                }
            });
    });
    std::vector<Work> all;
    for (auto& works : by_client)
        for (Work& work : works) all.push_back(std::move(work));
    return all;
}

// Every answer that was seen is given again word for word, and what was in doubt is done now.
void check_kept(Server& server, const Ground& ground, std::vector<Work>& all) {
    std::atomic<int> seen{0};
    for (std::size_t i = 0; i < all.size(); ++i) {
        // The key belongs to the caller who used it first.
        Work& work = all[i];
        const int caller = std::stoi(work.key.substr(work.key.find('-') + 1));
        Client client(server.address(), ground.tokens.at(caller % 2 == 0 ? "ann" : "amy"));
        for (const Step& step : work.steps) {
            if (step.answer.empty()) continue;
            const Answer again = client.ask(step.method, step.target, step.body, step.headers);
            CHECK(cohort::json::canonical(again.body) == step.answer);
        }
        if (work.steps.back().answer.empty()) carry_on(client, ground, work, seen);
        if (work.steps.size() < 3) continue;
        const Answer form = client.ask("GET", "/api/v1/forms/" + work.form);
        CHECK(form.at("/items/0/raw") == work.value);
        CHECK(form.at("/items/1") == "");
    }
}

// Over the whole store: nothing twice, nothing without its record.
void check_store(const test::TempFolder& folder, std::int64_t works) {
    cohort::db::Options options = store_of(folder.path());
    options.read_only = true;
    auto db = cohort::db::Db::open(options);
    REQUIRE(db);
    const auto count = [&](const char* what) {
        const auto found = (*db)->read([&](cohort::db::Tx& tx) -> cohort::Result<std::int64_t> {
            return TRY(tx.one(std::string("SELECT COUNT(*) FROM ") + what)).get<std::int64_t>(0);
        });
        return found ? *found : -1;
    };
    CHECK(count("subject") == works);
    CHECK(count("form_instance") == works);
    CHECK(count("form_instance WHERE state = 'complete' AND version = 3") == works);
    CHECK(count("form_archive") == works);
    CHECK(count("form_stage") == 2 * works);
    CHECK(count("audit_record WHERE action = 'subject.created'") == works);
    CHECK(count("audit_record WHERE action = 'form.created'") == works);
    CHECK(count("audit_record WHERE action = 'form.item.changed'") == works);
    CHECK(count("audit_record WHERE action = 'form.completed'") == works);
}

}  // namespace

TEST_CASE("kill -9 under load: what was acknowledged is there once, and the audit verifies") {
    const auto rounds = static_cast<int>(test::from_environment("KILL9_ROUNDS", 50));
    const std::uint64_t seed = test::from_environment("KILL9_SEED", 20'260'101);
    MESSAGE("KILL9_SEED=", seed, " KILL9_ROUNDS=", rounds);
    std::mt19937_64 random(seed);
    const int code = weft::run([&] {
        const test::TempFolder folder;
        const Ground ground = lay_ground(*open_store(folder.path()));
        make_room_for_a_million(*open_store(folder.path()), ground);
        std::int64_t works = 0;
        std::int64_t answers = 0;
        std::chrono::milliseconds slowest_restart{0};
        for (int round = 1; round <= rounds; ++round) {
            std::vector<Work> all;
            {
                Server server(folder);
                REQUIRE(!server.address().empty());
                const int until = std::uniform_int_distribution<int>(1, 250)(random);
                all = work_until_killed(server, ground, round, until);
            }
            const auto killed = std::chrono::steady_clock::now();
            Server server(folder);
            REQUIRE(Client(server.address(), "").ask("GET", "/healthz").status == 200);
            slowest_restart =
                std::max(slowest_restart, std::chrono::duration_cast<std::chrono::milliseconds>(
                                              std::chrono::steady_clock::now() - killed));
            for (const Work& work : all)
                for (const Step& step : work.steps) answers += step.answer.empty() ? 0 : 1;
            check_kept(server, ground, all);
            works += static_cast<std::int64_t>(all.size());
            CHECK(server.stop() == 0);
            CHECK(verify_audit(folder) == 0);
            if (round % rounds_between_words == 0)
                MESSAGE(round, " of ", rounds, " kills, ", answers, " answers seen, ", works,
                        " pieces of work; slowest first 200: ", slowest_restart.count(), " ms");
        }
        check_store(folder, works);
        MESSAGE("answers seen before a kill: ", answers, ", pieces of work: ", works,
                ", slowest first 200 after a restart: ", slowest_restart.count(), " ms");
    });
    CHECK(code == 0);
}

}  // namespace tests
