// SPDX-License-Identifier: Apache-2.0
// `cohort generate`, as a person runs it: what it puts into a store, twice the same, whatever
// happens in between, and which stores it does not touch.
#include <csignal>
#include <fstream>

#include "weft/run.h"

#include "cohort/capture/store.h"
#include "cohort/identity/actor.h"
#include "cohort/subjects/subjects.h"
#include "tests/integration/server_process.h"
#include "tests/support/real_data.h"
#include "tests/support/test.h"
#include "tests/world/store.h"
#include "tests/world/world.h"

namespace tests {

using namespace cohort;

namespace {

std::vector<std::string> command(const std::string& folder, const char* sites = "8",
                                 const char* subjects = "2",
                                 const std::vector<std::string>& more = {}) {
    const auto study = real_data::project_folder() / "demo/hypertension.xml";
    std::vector<std::string> arguments{"generate",   "--data", folder,   "--sites", sites,
                                       "--subjects", subjects, "--seed", "7"};
    const std::vector<std::string> quick{"--set", "identity.hash_memory=8MiB",
                                         "--set", "identity.hash_passes=1",
                                         "--set", "data.demo_study=" + study.string()};
    for (const auto& said : {quick, store_arguments(folder), more})
        arguments.insert(arguments.end(), said.begin(), said.end());
    return arguments;
}

// What people would see of the forms and the answers, without ids and times of storing.
std::string contents(const std::string& folder) {
    const auto db = open_store(folder);
    std::string text;
    const auto read = db->read([&](db::Tx& tx) -> Result<void> {
        for (const db::Row& row :
             TRY(tx.all("SELECT id, key, enrolled_on FROM subject ORDER BY key"))) {
            text += row.get<std::string>(1) + " " + row.get<std::string>(2) + "\n";
            for (const capture::Form& form :
                 TRY(capture::of_subject(tx, SubjectId{row.get<std::string>(0)}))) {
                text += form.place.event + " " + form.place.form;
                text += form.is_complete() ? " complete" : " open";
                for (const capture::Row& group : form.document.rows)
                    for (const capture::Item& item : group.items)
                        text += " " + group.group + "/" + group.repeat + "/" + item.oid + "=" +
                                item.raw;
                text += "\n";
            }
        }
        for (const db::Row& row :
             TRY(tx.all("SELECT s.key, r.number, r.digest FROM patient_response r JOIN subject s "
                        "ON s.id = r.subject_id ORDER BY s.key, r.number")))
            text += row.get<std::string>(0) + " " + std::to_string(row.get<std::int64_t>(1)) + " " +
                    row.get<std::string>(2) + "\n";
        return {};
    });
    REQUIRE(read.ok());
    return text;
}

Result<void> enrol(db::Tx& tx) {
    const auto other = TRY(tx.one("SELECT study_id, site_id FROM subject ORDER BY key LIMIT 1"));
    TRY(subjects::create(tx,
                         {.study = other.get<StudyId>(0),
                          .site = other.get<SiteId>(1),
                          .key = {},
                          .enrolled_on = {},
                          .extra = {}},
                         identity::command_line()));
    return {};
}

std::int64_t rows(const test::TempFolder& folder, const std::string& what) {
    return rows_in(store_of(folder.path()), what);
}

}  // namespace

TEST_CASE("a made-up trial is there whole, the same for its seed, and once, also after kill -9") {
    CHECK(weft::run([] {
              const test::TempFolder folder;
              REQUIRE(run_program(command(folder.path(), "8", "2",
                                          {"--receiver", "http://127.0.0.1:9000/in"}))
                          .code == 0);
              CHECK(rows(folder, "subject") == 16);
              CHECK(rows(folder, "site") == 8);
              CHECK(rows(folder, "form_instance WHERE state = 'complete'") >
                    4 * rows(folder, "form_instance WHERE state <> 'complete'"));
              const std::int64_t submissions = rows(folder, "patient_response");
              CHECK(submissions > 16);
              CHECK(rows(folder, "report_delivery WHERE state = 'waiting'") == submissions);
              CHECK(rows(folder, "report_receiver WHERE url LIKE 'http://127.0.0.1:9000/in/S0_'") ==
                    8);
              CHECK(rows(folder,
                         "audit_record WHERE action = 'patient-response.submitted' "
                         "AND actor = 'generator'") == submissions);
              CHECK(std::ifstream(folder / "demo-users.txt").good());
              CHECK(verify_audit(folder) == 0);

              const std::string made = contents(folder.path());
              CHECK(run_program(command(folder.path())).code == 0);
              CHECK(contents(folder.path()) == made);

              const test::TempFolder disturbed;
              {
                  std::vector<std::string> arguments = command(disturbed.path());
                  arguments.insert(arguments.begin(), COHORT_BINARY);
                  Process program(arguments, disturbed / "errors.txt");
                  REQUIRE(program.read_line());  // the first start has begun
                  while (rows(disturbed, "subject") < 6) weft::yield();
                  program.signal(SIGKILL);
                  CHECK(program.wait() == -SIGKILL);
              }
              CHECK(rows(disturbed, "subject") % 2 == 0);
              REQUIRE(run_program(command(disturbed.path())).code == 0);
              CHECK(contents(disturbed.path()) == made);
          }) == 0);
}

TEST_CASE("a store with a server at work on it is not filled with made-up people") {
    CHECK(weft::run([] {
              const test::TempFolder folder;
              REQUIRE(run_program(command(folder.path(), "8", "0")).code == 0);
              Server server(folder);
              const auto [code, said] = run_program(command(folder.path()));
              CHECK(code == 1);
              CHECK(said.find(on_postgresql() ? "works on this store"
                                              : "in use by another server") != said.npos);
              CHECK(rows(folder, "subject") == 0);
              CHECK(server.stop() == 0);
              CHECK(run_program(command(folder.path())).code == 0);
          }) == 0);
}

TEST_CASE("a store with an organisation or a subject of somebody's is not filled") {
    CHECK(weft::run([] {
              const test::TempFolder hospital;
              lay_ground(*open_store(hospital.path()));
              const auto [code, said] = run_program(command(hospital.path()));
              CHECK(code == 1);
              CHECK(said.find("was made by hand") != said.npos);

              const test::TempFolder folder;
              REQUIRE(run_program(command(folder.path())).code == 0);
              const auto enrolled = open_store(folder.path())->transact(enrol);
              REQUIRE(enrolled.ok());
              const auto [again, refusal] = run_program(command(folder.path(), "9"));
              CHECK(again == 1);
              CHECK(refusal.find("subjects that were not made up") != refusal.npos);
              CHECK(rows(folder, "site") == 8);
          }) == 0);
}

}  // namespace tests
