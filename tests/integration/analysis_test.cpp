// SPDX-License-Identifier: Apache-2.0
// Tables for analysis, from the forms that people complete and the answers that patients give to
// the archive that somebody fetches.
#include <sstream>
#include <string>
#include <vector>

#include "cohort/identity/grants.h"
#include "cohort/platform/auth/digest.h"
#include "tests/integration/archive.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"
#include "tests/world/people.h"
#include "tests/world/world.h"

namespace tests {

using namespace cohort;

namespace {

std::string study_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text;
}

// Starts a run over all sites and works it off; its path.
std::string run(World& world) {
    const Answer started = world.ask("builder", "POST", study_of(world) + "/analyses");
    REQUIRE(started.outcome() == "201");
    world.work_off_jobs();
    const std::string job = "/api/v1/jobs/" + started.at("/job");
    REQUIRE(world.ask("builder", "GET", job).at("/state") == "succeeded");
    return job;
}

Answer fetch(World& world, const std::string& who, const SiteId& site) {
    return world.ask(who, "GET", study_of(world) + "/sites/" + site.text + "/analysis.zip");
}

// A completed form of a new subject at site A; its subject's number.
std::string complete_form(World& world, const std::string& sys = "120") {
    const std::string path = "/api/v1/forms/" + world.form();
    const Answer saved = world.ask(
        "ann", "PATCH", path,
        R"({"additions":[{"group":"AE","repeat":"1"}],"changes":[)"
        R"({"group":"VITALS","repeat":"1","item":"SYS","raw":")" +
            sys +
            R"(","base_version":0},)"
            R"({"group":"VITALS","repeat":"1","item":"NOTE","raw":"says \"no\",\ntwice",)"
            R"("base_version":0},)"
            R"({"group":"AE","repeat":"1","item":"TERM","raw":"Headache","base_version":0}]})");
    REQUIRE(saved.outcome() == "200");
    const Answer complete = world.ask("ann", "POST", path + "/complete", R"({"acknowledged":[]})",
                                      {{"if-match", "\"" + saved.at("/version") + "\""}});
    REQUIRE(complete.outcome() == "200");
    return saved.at("/subject/key");
}

// The line of the lineage of this column's value in table crf_f.
std::vector<std::string> origin_of(const std::string& lineage, const std::string& column) {
    std::istringstream lines(lineage);
    for (std::string line; std::getline(lines, line, '\r'); lines.ignore()) {
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        if (cells.size() > 11 && cells[1] == "crf_f" && cells[7] == column) return cells;
    }
    return {};
}

}  // namespace

TEST_CASE("a run makes tables of what was completed at each site, and its counts add up") {
    in_world([](World& world) {
        complete_form(world);
        world.form();  // it stays open
        const std::string job = run(world);
        const Answer list = world.ask("builder", "GET", study_of(world) + "/analyses");
        CHECK(list.at("/sites/0/oid") == "A");
        CHECK(list.at("/sites/0/counts/forms") ==
              R"({"left_out":0,"open":1,"read":1,"structured":1})");
        CHECK(list.at("/sites/0/counts/values/structured") == "3");
        CHECK(list.at("/sites/1/counts/forms/read") == "0");
        auto files = unzip(fetch(world, "builder", world.ground().site_a).text);
        CHECK(files["crf_f_ae.csv"].find(",V,1,1,1,Headache,") != std::string::npos);
        CHECK(files["crf_f.csv"].find("\"says \"\"no\"\",\ntwice\"") != std::string::npos);
        CHECK(files["problems.csv"].find('\n') == files["problems.csv"].size() - 1);
        CHECK(files.contains("tables.sql"));
        const json::value manifest = json::parse(files["manifest.json"]).value();
        for (const json::value& table : manifest.at("tables").as_array())
            CHECK(auth::sha256_hex(files[std::string(table.at("file").as_string())]) ==
                  table.at("sha256").as_string());
        CHECK(world.ask("builder", "GET", job + "/items/1/result").text == files["manifest.json"]);
        CHECK(world.count("audit_record WHERE action = 'analysis.made'") == 2);
        CHECK(world.count("audit_record WHERE action = 'analysis.read'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("a cell leads to who entered it: its version counts that item's changes in the audit") {
    in_world([](World& world) {
        const std::string form = "/api/v1/forms/" + world.form();
        const auto save = [&](const std::string& sys, int base) {
            return world.ask("ann", "PATCH", form,
                             R"({"changes":[{"group":"VITALS","repeat":"1","item":"SYS","raw":")" +
                                 sys + R"(","base_version":)" + std::to_string(base) +
                                 R"(,"reason":"read wrongly"}]})");
        };
        REQUIRE(save("112", 0).outcome() == "200");
        REQUIRE(save("120", 1).outcome() == "200");
        const Answer saved = save("121", 2);
        REQUIRE(saved.outcome() == "200");
        REQUIRE(world
                    .ask("ann", "POST", form + "/complete", R"({"acknowledged":[]})",
                         {{"if-match", "\"" + saved.at("/version") + "\""}})
                    .outcome() == "200");
        run(world);
        auto files = unzip(fetch(world, "builder", world.ground().site_a).text);
        const auto origin = origin_of(files["lineage.csv"], "sys");
        REQUIRE(origin.size() > 11);
        CHECK(origin[9] == "/items/VITALS/1/SYS");
        CHECK(origin[10] == "3");
        CHECK(origin[11] == "121");
        const Answer history = world.ask("monitor", "GET", form + "/history?item=" + origin[8]);
        REQUIRE(history.at("/total") == origin[10]);
        CHECK(history.at("/records/0/new") == origin[11]);  // newest first
        CHECK(history.at("/records/0/who") == "Name of ann");
    });
}

TEST_CASE(
    "a run over the same records gives the same bytes, and keeps no parts of the one before") {
    in_world([](World& world) {
        complete_form(world);
        run(world);
        const std::string first = fetch(world, "builder", world.ground().site_a).text;
        const std::int64_t parts = world.count("site_analysis_part");
        run(world);
        CHECK(fetch(world, "builder", world.ground().site_a).text == first);
        CHECK(world.count("site_analysis_part") == parts);
        complete_form(world);
        run(world);
        CHECK(fetch(world, "builder", world.ground().site_a).text != first);
    });
}

TEST_CASE("what patients answered is in tables too, with its digits and scores") {
    in_world([](World& world) {
        publish_mood(world);
        const std::string plan = plan_mood(world);
        Patient patient(world, world.subject());
        REQUIRE(patient.submit(plan, 1, mood_answers("2", "7.10")).status == 201);
        run(world);
        auto files = unzip(fetch(world, "builder", world.ground().site_a).text);
        const std::string& table = files["epro_mood_1.csv"];
        CHECK(table.find(",Mood of the day,1,1,") != std::string::npos);
        CHECK(table.find(",2,Bad,7.1,7.10,false,,2,2\r\n") != std::string::npos);
        CHECK(files["lineage.csv"].find("sleep,sleep,/item/1/answer/0,1,7.10,,\r\n") !=
              std::string::npos);
    });
}

TEST_CASE("who may export at one site gets that site's tables, and knows nothing of the other's") {
    in_world([](World& world) {
        complete_form(world);
        run(world);
        REQUIRE(world.db()
                    .transact([&](db::Tx& tx) -> Result<void> {
                        const auto amy =
                            TRY(tx.one("SELECT id FROM user_account WHERE login = ?", "amy"))
                                .get<UserId>(0);
                        TRY(identity::give_role(tx, amy,
                                                {.role = identity::Role::investigator,
                                                 .study = world.ground().study,
                                                 .site = world.ground().site_a},
                                                identity::command_line()));
                        return {};
                    })
                    .ok());
        CHECK(fetch(world, "amy", world.ground().site_a).outcome() == "200");
        CHECK(fetch(world, "amy", world.ground().site_b).outcome() == "404 unknown-object");
        CHECK(fetch(world, "bob", world.ground().site_a).outcome() == "404 unknown-object");
        CHECK(fetch(world, "bob", world.ground().site_b).outcome() == "403 not-allowed");
        CHECK(fetch(world, "monitor", world.ground().site_a).outcome() == "403 not-allowed");
        const Answer hers = world.ask("amy", "GET", study_of(world) + "/analyses");
        CHECK(hers.body.at("sites").as_array().size() == 1);
        CHECK(hers.at("/sites/0/oid") == "A");
        CHECK(world.ask("bob", "GET", study_of(world) + "/analyses").at("/sites") == "[]");
        CHECK(world.ask("amy", "POST", study_of(world) + "/analyses").outcome() ==
              "403 not-allowed");
    });
}

TEST_CASE("a site whose records cannot be read fails alone, and keeps the tables it had") {
    in_world([](World& world) {
        complete_form(world);
        run(world);
        const std::string before = fetch(world, "builder", world.ground().site_a).text;
        REQUIRE(world.db()
                    .transact([](db::Tx& tx) {
                        return tx.run("UPDATE form_instance SET document = '[]'");
                    })
                    .ok());
        const Answer started = world.ask("builder", "POST", study_of(world) + "/analyses");
        world.work_off_jobs();
        const std::string job = "/api/v1/jobs/" + started.at("/job");
        const Answer over = world.ask("builder", "GET", job);
        CHECK(over.at("/counts/done") == "1");
        CHECK(over.at("/counts/failed") == "1");
        CHECK(over.at("/reasons/0/code") == "form-document");
        CHECK(fetch(world, "builder", world.ground().site_a).text == before);
    });
}

TEST_CASE("a run is one job while it is under way, and starts by itself at its time") {
    in_world([](World& world) {
        const std::string path = study_of(world) + "/analyses";
        CHECK(fetch(world, "builder", world.ground().site_a).outcome() == "404 analysis");
        CHECK(world.ask("builder", "POST", path).outcome() == "201");
        CHECK(world.ask("builder", "POST", path).outcome() == "200");
        world.work_off_jobs();
        const Answer made =
            world.ask("builder", "POST", path + "/schedules",
                      R"({"name":"Nightly","hour":2,"minute":30,"time_zone":"Asia/Shanghai"})");
        REQUIRE(made.outcome() == "201");
        CHECK(
            world.ask("builder", "GET", study_of(world) + "/exports/schedules").at("/schedules") ==
            "[]");
        world.make_schedules_due();
        world.fire_schedules();
        CHECK(world.count("job WHERE kind = 'study.analysis'") == 2);
        const Answer list = world.ask("builder", "GET", path + "/schedules");
        CHECK(list.at("/schedules/0/firings/0/code").empty());
    });
}

}  // namespace tests
