// SPDX-License-Identifier: Apache-2.0
// What a patient has answered becomes a report: what it shows, who may fetch it, and whom a site
// lets know of it.
#include "cohort/platform/auth/digest.h"
#include "cohort/reporting/load.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

using namespace cohort;

namespace {

// A patient of site A who may answer five times.
struct Asked {
    explicit Asked(World& world)
        : world(world),
          form(publish_mood(world)),
          plan(plan_mood(world, R"(,"times":5,"late_days":3660)")),
          subject(world.ask(
              "ann", "POST", "/api/v1/studies/" + world.ground().study.text + "/subjects",
              R"({"site":")" + world.ground().site_a.text + R"(","enrolled_on":"2020-01-01"})")),
          patient(world, subject.at("/id")) {}

    /// Answers a window; the response's id.
    std::string answer(int window, const std::string& answers) {
        const Answer told = patient.submit(plan, window, answers);
        REQUIRE(told.outcome() == "201");
        return told.at("/response");
    }
    delivery::Loaded report_of(const std::string& response) {
        return reporting::loader(world.db(), "https://cohort.example")(response).value();
    }

    World& world;
    std::string form;
    std::string plan;
    Answer subject;
    Patient patient;
};

std::string report_path(const std::string& response) {
    return "/api/v1/responses/" + response + "/report";
}

std::string address_path(World& world, const SiteId& site) {
    return "/api/v1/studies/" + world.ground().study.text + "/sites/" + site.text +
           "/report-address";
}

std::string body_of(const std::string& address) {
    return R"({"address":")" + address + "\"}";
}

// "Question: answer", red ones with a mark.
std::vector<std::string> lines_of(const report::Report& report) {
    std::vector<std::string> lines;
    for (const report::Line& line : report.lines)
        lines.push_back(line.question + ": " + line.answer + (line.flagged ? " !" : ""));
    return lines;
}

}  // namespace

TEST_CASE("the staff of the patient's site can fetch the report, and each time is recorded") {
    in_world([](World& world) {
        Asked asked(world);
        const std::string path = report_path(asked.answer(1, mood_answers()));
        CHECK(world.ask("ann", "GET", path).outcome() == "404 report");
        CHECK(world.ask("ann", "GET", path + ".pdf").outcome() == "404 report");
        world.work_off_jobs();
        const Answer file = world.ask("ann", "GET", path + ".pdf");
        REQUIRE(file.outcome() == "200");
        CHECK(file.text.starts_with("%PDF-1.7"));
        CHECK(file.header("Content-Type") == "application/pdf");
        CHECK(file.header("ETag") == "\"" + auth::sha256_hex(file.text) + "\"");
        const Answer report = world.ask("ann", "GET", path);
        CHECK(report.at("/digest") == auth::sha256_hex(file.text));
        CHECK(report.at("/mails") == "[]");
        CHECK(world.count("audit_record WHERE action = 'report.read'") == 1);
        for (const char* who : {"bob", "editor"})
            for (const char* ending : {"", ".pdf"})
                CHECK(world.ask(who, "GET", path + ending).outcome() == "404 unknown-object");
        CHECK(world.ask("", "GET", path + ".pdf").status == 401);
        CHECK(world.count("audit_record WHERE action = 'report.read'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("the reports of a study's day are items of one job, and each submission is one of them") {
    in_world([](World& world) {
        Asked asked(world);
        for (int window = 1; window <= 3; ++window) asked.answer(window, mood_answers());
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "200");
        world.work_off_jobs();
        asked.answer(4, mood_answers());
        world.work_off_jobs();
        world.work_off_jobs();
        CHECK(world.count("report") == 4);
        const Answer jobs = world.ask("builder", "GET", "/api/v1/jobs?kind=submission.report");
        CHECK(jobs.at("/total") == "1");
        CHECK(jobs.at("/jobs/0/counts/total") == "4");
        CHECK(jobs.at("/jobs/0/counts/done") == "4");
        const Answer items = world.ask(
            "builder", "GET", "/api/v1/jobs/" + jobs.at("/jobs/0/id") + "/items?state=done");
        CHECK(items.at("/items/0/name") == asked.subject.at("/key"));
        CHECK(items.at("/items/0/code") == "no-mail-server");
    });
}

TEST_CASE("a report names the subject by number alone and says what was answered") {
    in_world([](World& world) {
        Asked asked(world);
        const std::string response = asked.answer(1, mood_answers("2", "7.10"));
        const delivery::Loaded loaded = asked.report_of(response);
        const report::Report& report = loaded.report;
        CHECK(report.study == "one");
        CHECK(report.site == "Site A");
        CHECK(report.subject == asked.subject.at("/key"));
        CHECK(report.patient.empty());
        CHECK(report.questionnaire == "Mood");
        CHECK(report.version == "1");
        CHECK(report.reference == response);
        CHECK(report.offset_s == 8 * 3600);
        CHECK(lines_of(report) ==
              std::vector<std::string>{"How was your day?: Bad", "Hours of sleep: 7.10",
                                       "Did you think of harming yourself?: no"});
        CHECK(loaded.link == "https://cohort.example/responses/" + response);
        CHECK(loaded.doctor.empty());
    });
}

TEST_CASE("a report speaks the patient's language and marks the answer for which somebody came") {
    in_world([](World& world) {
        Asked asked(world);
        const report::Report report =
            asked.report_of(asked.answer(1, mood_answers("3", "4", true, "1", "zh-CN"))).report;
        CHECK(report.language == report::Language::chinese);
        CHECK(report.questionnaire == "心情");
        CHECK(report.reported_by == "患者本人");
        CHECK(lines_of(report) ==
              std::vector<std::string>{"今天过得怎么样？: 很差", "睡眠小时数: 4",
                                       "您有过伤害自己的念头吗？: 是 !", "多少天了？: "});
    });
}

TEST_CASE("the answers are read in the patient's words by the staff of the site, and by no other") {
    in_world([](World& world) {
        Asked asked(world);
        const std::string path = "/api/v1/responses/" +
                                 asked.answer(1, mood_answers("3", "4", true, "1", "zh-CN")) +
                                 "/answers";
        const Answer answers = world.ask("ann", "GET", path);
        REQUIRE(answers.outcome() == "200");
        CHECK(answers.at("/subject") == asked.subject.at("/key"));
        CHECK(answers.at("/language") == "zh-CN");
        CHECK(answers.at("/lines/0/kind") == "answer");
        CHECK(answers.at("/lines/0/question") == "今天过得怎么样？");
        CHECK(answers.at("/lines/0/answer") == "很差");
        CHECK(answers.at("/lines/0/flagged") == "false");
        CHECK(answers.at("/lines/2/flagged") == "true");
        CHECK(answers.at("/lines/3/answer").empty());
        for (const char* who : {"bob", "editor"})
            CHECK(world.ask(who, "GET", path).outcome() == "404 unknown-object");
        CHECK(world.ask("", "GET", path).status == 401);
        const std::string none = "/api/v1/responses/" + asked.subject.at("/id") + "/answers";
        CHECK(world.ask("ann", "GET", none).outcome() == "404 unknown-object");
    });
}

TEST_CASE("the course of a score ends with the response, whatever has come since") {
    in_world([](World& world) {
        Asked asked(world);
        std::vector<std::string> responses;
        for (int window = 1; window <= 3; ++window)
            responses.push_back(asked.answer(window, mood_answers(std::to_string(window))));
        const auto course = [&](std::size_t i) {
            const report::Report report = asked.report_of(responses[i]).report;
            REQUIRE(report.scores.size() == 1);
            CHECK(report.scores[0].name == "total");
            CHECK(report.scores[0].value == std::to_string(i + 1));
            std::vector<double> values;
            for (const report::Measured& one : report.scores[0].trend) values.push_back(one.value);
            return values;
        };
        CHECK(course(0) == std::vector<double>{1});
        CHECK(course(1) == std::vector<double>{1, 2});
        CHECK(course(2) == std::vector<double>{1, 2, 3});
    });
}

TEST_CASE("a response that is not there has no report") {
    in_world([](World& world) {
        const auto load = reporting::loader(world.db(), "");
        CHECK(load(new_uuid()).error().code == "response");
        CHECK(load("nonsense").error().code == "bad-id");
    });
}

TEST_CASE("who builds the study says whom a site lets know, with a record of what it was") {
    in_world([](World& world) {
        Asked asked(world);
        const std::string path = address_path(world, world.ground().site_a);
        const auto set = [&](const char* who, const std::string& address) {
            return world.ask(who, "PUT", path, body_of(address)).outcome();
        };
        CHECK(set("builder", "doctor@hospital.example") == "200");
        CHECK(asked.report_of(asked.answer(1, mood_answers())).doctor == "doctor@hospital.example");
        CHECK(set("builder", "Dr. <doctor@hospital.example>") == "400 bad-address");
        CHECK(set("builder", "a@b, c@d") == "400 bad-address");
        CHECK(set("ann", "ann@hospital.example") == "403 not-allowed");
        CHECK(set("bob", "bob@hospital.example") == "404 unknown-object");
        CHECK(set("builder", "") == "200");
        CHECK(asked.report_of(asked.answer(2, mood_answers())).doctor.empty());
        CHECK(world.count("audit_record WHERE action = 'report-address.set'") == 2);
        CHECK(world
                  .ask("builder", "PUT", address_path(world, new_id<SiteId>()),
                       body_of("doctor@hospital.example"))
                  .outcome() == "404 site");
    });
}

TEST_CASE("the list of whom sites let know shows the sites that one may see") {
    in_world([](World& world) {
        const Ground& ground = world.ground();
        for (const SiteId& site : {ground.site_a, ground.site_b})
            CHECK(
                world.ask("builder", "PUT", address_path(world, site), body_of("a@b")).outcome() ==
                "200");
        const std::string list = "/api/v1/studies/" + ground.study.text + "/report-addresses";
        const auto seen = [&](const char* who) {
            return world.ask(who, "GET", list).body.at("addresses").as_array().size();
        };
        CHECK(seen("builder") == 2);
        CHECK(seen("ann") == 1);
        CHECK(world.ask("bob", "GET", list).at("/addresses/0/site") == ground.site_b.text);
        CHECK(world.ask("editor", "GET", list).outcome() == "404 unknown-object");
    });
}

}  // namespace tests
