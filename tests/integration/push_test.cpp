// SPDX-License-Identifier: Apache-2.0
// Receivers and pushes as the API shows them: who may set them, and what is never told.
#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

using namespace cohort;

namespace {

std::string study_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text;
}
std::string receiver_of(World& world) {
    return study_of(world) + "/sites/" + world.ground().site_a.text + "/report-receiver";
}

}  // namespace

TEST_CASE("a receiver is set by who builds the study, and its token is told to nobody") {
    in_world([](World& world) {
        const std::string body = R"({"url":"https://a.example/in","token":"s3cret-token"})";
        CHECK(world.ask("monitor", "PUT", receiver_of(world), body).status == 403);
        CHECK(world.ask("ann", "PUT", receiver_of(world), body).status == 403);
        CHECK(world.ask("builder", "PUT", receiver_of(world), R"({"url":"http://a.example/"})")
                  .outcome() == "400 bad-url");
        CHECK(world.ask("builder", "PUT", receiver_of(world), R"({"url":"https://a.example"})")
                  .outcome() == "400 token-missing");
        const Answer set = world.ask("builder", "PUT", receiver_of(world), body);
        CHECK(set.outcome() == "200");
        CHECK(set.at("/url") == "https://a.example/in");
        CHECK(set.at("/enabled") == "true");
        const Answer off = world.ask("builder", "PUT", receiver_of(world),
                                     R"({"url":"https://a.example/in","enabled":false})");
        CHECK(off.at("/enabled") == "false");
        const Answer all = world.ask("engineer", "GET", study_of(world) + "/report-receivers");
        CHECK(all.body.at("sites").as_array().size() == 2);
        CHECK(all.at("/sites/0/receiver/url") == "https://a.example/in");
        CHECK(all.at("/sites/1/receiver") == "null");
        for (const Answer& answer : {set, off, all})
            CHECK(answer.text.find("s3cret") == std::string::npos);
        CHECK(world.count("audit_record WHERE action = 'report-receiver.set'") == 2);
        CHECK(world.count("report_receiver WHERE token LIKE '%s3cret%'") == 0);
        CHECK(world.ask("builder", "DELETE", receiver_of(world)).status == 204);
        CHECK(world.ask("builder", "DELETE", receiver_of(world)).outcome() == "404 receiver");
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("a site that takes no part in the study has no receiver there") {
    in_world([](World& world) {
        const std::string path =
            study_of(world) + "/sites/00000000-0000-7000-8000-00000000000a/report-receiver";
        CHECK(world.ask("builder", "PUT", path, R"({"url":"https://a.example","token":"x"})")
                  .outcome() == "404 site");
    });
}

TEST_CASE("a push has a part for each site, and is told as one job with all its items") {
    in_world([](World& world) {
        publish_mood(world);
        const std::string plan = plan_mood(world);
        for (int i = 0; i < 2; ++i) {
            Patient patient(world, world.subject());
            REQUIRE(patient.submit(plan, 1, mood_answers()).status == 201);
        }
        world.ask("builder", "PUT", receiver_of(world),
                  R"({"url":"https://a.example","token":"x"})");
        const std::string pushes = study_of(world) + "/report-pushes";
        CHECK(world.ask("monitor", "POST", pushes).status == 403);
        const Answer started = world.ask("engineer", "POST", pushes);
        REQUIRE(started.outcome() == "201");
        CHECK(world.ask("builder", "POST", pushes).at("/job") == started.at("/job"));
        const Answer job = world.ask("builder", "GET", "/api/v1/jobs/" + started.at("/job"));
        CHECK(job.at("/kind") == "report.push");
        CHECK(job.at("/counts/pending") == "2");
        CHECK(job.at("/parent") == "null");
        const Answer list = world.ask("builder", "GET", "/api/v1/jobs?kind=report.push");
        CHECK(list.at("/total") == "1");
        const Answer parts =
            world.ask("builder", "GET", "/api/v1/jobs?parent=" + started.at("/job"));
        CHECK(parts.at("/total") == "1");
        CHECK(parts.at("/jobs/0/site") == world.ground().site_a.text);
        CHECK(parts.at("/jobs/0/parent") == started.at("/job"));
        CHECK(world.ask("builder", "GET", study_of(world) + "/report-receivers")
                  .at("/sites/0/waiting") == "2");
    });
}

TEST_CASE("a push starts by itself at its time, for as long as who wanted that may steer jobs") {
    in_world([](World& world) {
        const std::string path = study_of(world) + "/report-pushes/schedules";
        const std::string nightly =
            R"({"name":"Nightly","hour":2,"minute":30,"time_zone":"Asia/Shanghai"})";
        CHECK(world.ask("monitor", "POST", path, nightly).outcome() == "403 not-allowed");
        const Answer made = world.ask("builder", "POST", path, nightly);
        REQUIRE(made.outcome() == "201");
        world.make_schedules_due();
        world.fire_schedules();
        world.fire_schedules();
        const Answer jobs = world.ask("builder", "GET", "/api/v1/jobs?kind=report.push");
        CHECK(jobs.at("/total") == "1");
        CHECK(world.ask("builder", "GET", path).at("/schedules/0/firings/0/job") ==
              jobs.at("/jobs/0/id"));
        CHECK(world.count("audit_record WHERE action = 'job.started'") == 1);
        CHECK(world.ask("builder", "DELETE", made.header("Location")).status == 204);
        world.make_schedules_due();
        world.fire_schedules();
        CHECK(world.ask("builder", "GET", "/api/v1/jobs?kind=report.push").at("/total") == "1");
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("what became of reports is told of those sites whose subjects one may see") {
    in_world([](World& world) {
        publish_mood(world);
        const std::string plan = plan_mood(world);
        for (int i = 0; i < 2; ++i) {
            Patient patient(world, world.subject());
            REQUIRE(patient.submit(plan, 1, mood_answers()).status == 201);
        }
        const auto told = [&](const std::string& who, const std::string& query = "") {
            const Answer answer =
                world.ask(who, "GET", study_of(world) + "/report-deliveries" + query);
            return answer.status == 200
                       ? std::to_string(answer.body.at("deliveries").as_array().size())
                       : answer.outcome();
        };
        CHECK(told("builder") == "2");
        CHECK(told("builder", "?state=waiting") == "2");
        CHECK(told("builder", "?state=unknown") == "0");
        CHECK(told("builder", "?state=lost") == "400 bad-query");
        CHECK(told("builder", "?limit=1") == "1");
        CHECK(told("ann") == "2");
        CHECK(told("bob") == "0");
        CHECK(told("bob", "?site=" + world.ground().site_a.text) == "0");
        CHECK(told("ann", "?site=" + world.ground().site_a.text) == "2");
        CHECK(told("editor") == "404 unknown-object");
    });
}

}  // namespace tests
