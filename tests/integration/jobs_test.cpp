// SPDX-License-Identifier: Apache-2.0
// Jobs as their API shows and steers them: what is told equals the rows, and every command is done
// once, by who may, with its record.
#include <regex>

#include "cohort/identity/grants.h"
#include "tests/support/test.h"
#include "tests/world/world.h"

namespace tests {

using namespace cohort;

namespace {

std::string exports_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text + "/exports";
}

std::string start(World& world, const std::string& body) {
    const Answer started = world.ask("builder", "POST", exports_of(world), body);
    REQUIRE(started.outcome() == "201");
    return "/api/v1/jobs/" + started.at("/job");
}

// The counts of a job as one line, of which the sum must be right.
std::string counts(const Answer& job) {
    std::int64_t sum = 0;
    std::string line;
    for (const char* name : {"done", "failed", "skipped", "in_flight", "pending", "unknown"}) {
        const std::string items = job.at(std::string("/counts/") + name);
        sum += std::stoll(items);
        if (items != "0") line += (line.empty() ? "" : ", ") + items + " " + name;
    }
    CHECK(job.at("/counts/total") == std::to_string(sum));
    return line;
}

std::int64_t picture_sum(const Answer& job) {
    std::int64_t sum = 0;
    for (const json::value& items : job.body.at("throughput").at("done").as_array())
        sum += items.as_int64();
    return sum;
}

// A file's own name and time differ from one export to the next.
std::string without_times(const std::string& xml) {
    static const std::regex time("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");
    return std::regex_replace(xml, time, "TIME");
}

void remove_subject(World& world, const std::string& id) {
    CHECK(world.db()
              .transact([&](db::Tx& tx) {
                  return tx.run("DELETE FROM subject WHERE id = ?", SubjectId{id});
              })
              .ok());
}

}  // namespace

TEST_CASE("the file of an export is the one that a direct export gives") {
    in_world([](World& world) {
        world.form();
        const std::string job = start(world, "{}");
        CHECK(counts(world.ask("builder", "GET", job)) == "1 pending");
        CHECK(world.ask("builder", "GET", job + "/items/1/result").outcome() == "404 job-result");
        world.work_off_jobs();
        const Answer over = world.ask("builder", "GET", job);
        CHECK(over.at("/state") == "succeeded");
        CHECK(counts(over) == "1 done");
        CHECK(over.at("/results") == "1");
        CHECK(over.at("/created_by/name") == "Name of builder");
        const Answer file = world.ask("builder", "GET", job + "/items/1/result");
        CHECK(file.outcome() == "200");
        CHECK(file.header("Content-Disposition") == "attachment; filename=\"ST.1.xml\"");
        const Answer direct = world.ask(
            "builder", "GET", "/api/v1/studies/" + world.ground().study.text + "/export.xml");
        CHECK(without_times(file.text) == without_times(direct.text));
        CHECK(world.count("audit_record WHERE action = 'job.result.read'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("an export of each subject gives a file each, with that subject alone") {
    in_world([](World& world) {
        std::vector<std::string> keys;
        for (int i = 0; i < 4; ++i)
            keys.push_back(
                world.ask("ann", "GET", "/api/v1/subjects/" + world.subject()).at("/key"));
        const std::string job = start(world, R"({"each":"subject"})");
        world.work_off_jobs();
        const Answer over = world.ask("builder", "GET", job);
        CHECK(counts(over) == "4 done");
        CHECK(picture_sum(over) == 4);
        CHECK(over.at("/results") == "4");
        const Answer items = world.ask("builder", "GET", job + "/items?state=done");
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const std::string number = std::to_string(i + 1);
            CHECK(items.at("/items/" + std::to_string(i) + "/name") == keys[i]);
            const std::string text =
                world.ask("builder", "GET", job + "/items/" + number + "/result").text;
            for (const std::string& key : keys)
                CHECK((text.find("\"" + key + "\"") != std::string::npos) == (key == keys[i]));
        }
    });
}

TEST_CASE("the same export of the same person is one job while it is under way") {
    in_world([](World& world) {
        const std::string first = start(world, "{}");
        const Answer again = world.ask("builder", "POST", exports_of(world), "{}");
        CHECK(again.outcome() == "200");
        CHECK("/api/v1/jobs/" + again.at("/job") == first);
        CHECK(world.count("job") == 1);
        CHECK(world.count("audit_record WHERE action = 'job.started'") == 1);
        world.work_off_jobs();
        CHECK(start(world, "{}") != first);
    });
}

TEST_CASE("a paused job starts nothing, goes on when resumed, and a cancelled one comes back") {
    in_world([](World& world) {
        for (int i = 0; i < 3; ++i) world.subject();
        const std::string job = start(world, R"({"each":"subject"})");
        const auto steer = [&](const std::string& how) {
            return world.ask("builder", "POST", job + "/" + how);
        };
        CHECK(steer("pause").at("/state") == "paused");
        world.work_off_jobs();
        CHECK(counts(world.ask("builder", "GET", job)) == "3 pending");
        CHECK(steer("resume").at("/state") == "queued");
        const Answer cancelled = steer("cancel");
        CHECK(cancelled.at("/state") == "cancelled");
        CHECK(counts(cancelled) == "3 skipped");
        CHECK(cancelled.at("/cancelled_by/name") == "Name of builder");
        CHECK(world.ask("builder", "GET", job).at("/reasons/0/code") == "cancelled");
        CHECK(steer("pause").outcome() == "422 job-cancelled");
        CHECK(counts(steer("resume")) == "3 pending");
        world.work_off_jobs();
        CHECK(world.ask("builder", "GET", job).at("/state") == "succeeded");
        CHECK(steer("cancel").outcome() == "422 job-over");
        for (const char* action : {"paused", "cancelled"})
            CHECK(world.count(std::string("audit_record WHERE action = 'job.") + action + "'") ==
                  1);
        CHECK(world.count("audit_record WHERE action = 'job.resumed'") == 2);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("what failed is told with its reason and driven again, one, by reason, or all") {
    in_world([](World& world) {
        std::vector<std::string> subjects;
        for (int i = 0; i < 4; ++i) subjects.push_back(world.subject());
        const std::string job = start(world, R"({"each":"subject"})");
        for (int i = 0; i < 3; ++i) remove_subject(world, subjects[i]);
        world.work_off_jobs();
        const Answer over = world.ask("builder", "GET", job);
        CHECK(over.at("/state") == "succeeded_with_failures");
        CHECK(counts(over) == "1 done, 3 failed");
        CHECK(over.at("/reasons/0/code") == "subject");
        CHECK(over.at("/reasons/0/items") == "3");
        const Answer failed = world.ask("builder", "GET", job + "/items?state=failed&code=subject");
        CHECK(failed.at("/items/2/number") == "3");
        CHECK(failed.at("/items/0/reason") != "");
        CHECK(world.ask("builder", "GET", job + "/items?code=other").at("/items") == "[]");
        const auto again = [&](const std::string& body) {
            return world.ask("builder", "POST", job + "/redrive", body);
        };
        CHECK(counts(again(R"({"state":"failed","item":2})")) == "1 done, 2 failed, 1 pending");
        CHECK(again(R"({"state":"failed","item":2})").outcome() == "404 job-item");
        CHECK(counts(again(R"({"state":"failed","code":"subject"})")) == "1 done, 3 pending");
        world.work_off_jobs();
        CHECK(counts(again(R"({"state":"failed"})")) == "1 done, 3 pending");
        CHECK(again(R"({"state":"done"})").outcome() == "400 bad-value");
        CHECK(world.count("audit_record WHERE action = 'job.redriven'") == 3);
    });
}

TEST_CASE("a command sent again with its key is carried out and recorded once") {
    in_world([](World& world) {
        const std::string job = start(world, "{}");
        const http::Pairs key = {{"idempotency-key", "k"}};
        const auto pace = [&](const std::string& body) {
            return world.ask("builder", "POST", job + "/pace", body, key);
        };
        const Answer first = pace(R"({"rate":30,"most":2})");
        CHECK(first.at("/rate") == "30");
        CHECK(first.at("/most") == "2");
        CHECK(pace(R"({"rate":30,"most":2})").text == first.text);
        CHECK(pace(R"({"rate":31})").outcome() == "422 idempotency-mismatch");
        CHECK(world.count("audit_record WHERE action = 'job.paced'") == 1);
        CHECK(world.ask("builder", "POST", job + "/pace", R"({"rate":0})").status == 400);
        CHECK(world.ask("builder", "POST", job + "/pace", "{}").at("/rate") == "null");
    });
}

TEST_CASE("a schedule starts an export when its time has come, once, for who may still export") {
    in_world([](World& world) {
        const Answer made = world.ask(
            "builder", "POST", exports_of(world) + "/schedules",
            R"({"name":"Nightly","hour":2,"minute":30,"time_zone":"Europe/Berlin","weekdays":[1,7]})");
        REQUIRE(made.outcome() == "201");
        CHECK(made.at("/weekdays") == "[1,7]");
        const auto come = [&] {
            world.make_schedules_due();
            world.fire_schedules();
            world.fire_schedules();
        };
        come();
        CHECK(world.count("job") == 1);
        const Answer list = world.ask("builder", "GET", exports_of(world) + "/schedules");
        const std::string job = list.at("/schedules/0/firings/0/job");
        world.work_off_jobs();
        CHECK(world.ask("builder", "GET", "/api/v1/jobs/" + job).at("/state") == "succeeded");
        CHECK(world.db()
                  .transact([](db::Tx& tx) {
                      return tx.run(
                          "UPDATE user_account SET disabled_at = 1 WHERE login = 'builder'");
                  })
                  .ok());
        come();
        CHECK(world.count("job") == 1);
        CHECK(world.count("job_firing WHERE code = 'schedule-not-allowed'") == 1);
    });
}

TEST_CASE("a stopped schedule is not in the list, and its stop is recorded once") {
    in_world([](World& world) {
        const Answer made =
            world.ask("builder", "POST", exports_of(world) + "/schedules",
                      R"({"name":"Nightly","hour":2,"minute":30,"time_zone":"Asia/Shanghai"})");
        const std::string path = made.header("Location");
        CHECK(path == exports_of(world) + "/schedules/" + made.at("/id"));
        CHECK(world.ask("monitor", "DELETE", path).outcome() == "403 not-allowed");
        const std::string as_a_push = "/api/v1/studies/" + world.ground().study.text +
                                      "/report-pushes/schedules/" + made.at("/id");
        CHECK(world.ask("engineer", "DELETE", as_a_push).status == 404);
        for (int i = 0; i < 2; ++i) CHECK(world.ask("builder", "DELETE", path).status == 204);
        CHECK(world.ask("builder", "GET", exports_of(world) + "/schedules").at("/schedules") ==
              "[]");
        CHECK(world.count("audit_record WHERE action = 'schedule.stopped'") == 1);
        CHECK(world
                  .ask("builder", "POST", exports_of(world) + "/schedules",
                       R"({"name":"x","hour":2,"minute":30,"time_zone":"Nowhere/Atlantis"})")
                  .outcome() == "400 unknown-zone");
    });
}

TEST_CASE("who has no right for the whole study neither sees nor steers its jobs") {
    in_world([](World& world) {
        const std::string job = start(world, "{}");
        for (const char* who : {"ann", "monitor"}) {
            CHECK(world.ask(who, "GET", job).outcome() == "403 not-allowed");
            CHECK(world.ask(who, "POST", job + "/cancel").outcome() == "403 not-allowed");
            CHECK(world.ask(who, "GET", "/api/v1/jobs").at("/total") == "0");
        }
        CHECK(world.ask("editor", "GET", job).outcome() == "404 unknown-object");
        const Answer list = world.ask("builder", "GET", "/api/v1/jobs?state=live");
        CHECK(list.at("/total") == "1");
        CHECK("/api/v1/jobs/" + list.at("/jobs/0/id") == job);
        CHECK(world.ask("builder", "GET", "/api/v1/jobs?state=over").at("/total") == "0");
        CHECK(world.ask("builder", "GET", "/api/v1/jobs?kind=mail").at("/total") == "0");
        CHECK(world.ask("builder", "GET", "/api/v1/jobs?state=odd").status == 400);
        CHECK(world.count("audit_record WHERE action = 'job.cancelled'") == 0);
    });
}

TEST_CASE("an engineer steers a job, and sees neither whom its items are about nor its files") {
    in_world([](World& world) {
        const std::string subject = world.subject();
        const std::string job = start(world, R"({"each":"subject"})");
        remove_subject(world, subject);
        world.work_off_jobs();
        CHECK(world.ask("engineer", "GET", "/api/v1/jobs").at("/total") == "1");
        CHECK(counts(world.ask("engineer", "GET", job)) == "1 failed");
        const Answer seen = world.ask("engineer", "GET", job + "/items?state=failed");
        CHECK(seen.at("/items/0/code") == "subject");
        CHECK(seen.at("/items/0/name").empty());
        CHECK(seen.at("/items/0/reason").empty());
        const Answer whole = world.ask("builder", "GET", job + "/items?state=failed");
        CHECK_FALSE(whole.at("/items/0/name").empty());
        CHECK_FALSE(whole.at("/items/0/reason").empty());
        CHECK(world.ask("engineer", "POST", job + "/redrive", R"({"state":"failed"})").outcome() ==
              "200");
        CHECK(world.ask("engineer", "GET", job + "/items/1/result").status >= 403);
    });
}

TEST_CASE("an engineer who is coordinator at one site learns no names from a job of all sites") {
    in_world([](World& world) {
        (void)world.subject();
        const std::string job = start(world, R"({"each":"subject"})");
        world.work_off_jobs();
        CHECK(world.db()
                  .transact([&](db::Tx& tx) -> Result<void> {
                      const auto engineer =
                          TRY(tx.one("SELECT id FROM user_account WHERE login = ?", "engineer"))
                              .get<UserId>(0);
                      TRY(identity::give_role(tx, engineer,
                                              {.role = identity::Role::coordinator,
                                               .study = world.ground().study,
                                               .site = world.ground().site_a},
                                              identity::command_line()));
                      return {};
                  })
                  .ok());
        const Answer seen = world.ask("engineer", "GET", job + "/items?state=done");
        CHECK(seen.at("/items/0/number") == "1");
        CHECK(seen.at("/items/0/name").empty());
    });
}

}  // namespace tests
