// SPDX-License-Identifier: Apache-2.0
// Real studies from import to tables: all that was read is in a table or in a problem, every cell
// leads back to a stored value, both stores give the same bytes, and the SQL of the tables makes
// the rows of their CSV.
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <tuple>

#include "weft/blocking.h"
#include "weft/run.h"

#include "cohort/analysis/files.h"
#include "cohort/capture/forms.h"
#include "cohort/capture/pointer.h"
#include "cohort/interop/test_files.h"
#include "cohort/interop/test_store.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"
#include "tests/support/real_data.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test.h"
#include "tests/world/store.h"

namespace tests {

using namespace cohort;

namespace {

using Bytes = std::map<std::array<std::string, 3>, std::string>;  // by study, site and file

// Calls every form complete, as if the system it came from had said so: checks are then all that
// keeps a row from its table.
void complete_all(db::Db& db) {
    CHECK(db.transact([](db::Tx& tx) {
                return tx.run("UPDATE form_instance SET state = 'complete'");
            }).ok());
}

// A form by where it stands.
using At = std::tuple<std::string, std::string, std::string, std::string, std::string>;

std::map<At, capture::Form> forms_of(db::Tx& tx, const StudyId& study) {
    std::map<At, capture::Form> all;
    const auto subjects = subjects::after(tx, study, -1, 1'000'000).value();
    for (const auto& subject : subjects) {
        const auto forms = capture::of_subject(tx, subject.id).value();
        for (const auto& form : forms)
            all[{form.subject_key, form.place.event, form.place.event_repeat, form.place.form,
                 form.place.form_repeat}] = form;
    }
    return all;
}

// Every cell's value at its version in the store. Shape: how many there are.
std::int64_t check_lineage(const analysis::SiteTables& tables,
                           const std::map<At, capture::Form>& forms) {
    std::map<std::string, std::string> form_of;  // by table
    for (const analysis::Table& table : tables.forms)
        form_of[table.name] = table.source.substr(0, table.source.find('/'));
    for (const analysis::Row& row : tables.lineage.rows) {
        const auto form = forms.find({*row[2], *row[3], *row[4], form_of.at(*row[1]), *row[5]});
        REQUIRE(form != forms.end());
        const capture::Item* item = form->second.document.find(capture::key_at(*row[9]));
        REQUIRE(item != nullptr);
        REQUIRE(std::to_string(item->version) == *row[10]);
        REQUIRE(item->raw == row[11].value_or(""));
    }
    return static_cast<std::int64_t>(tables.lineage.rows.size());
}

struct Made {
    Bytes bytes;
    analysis::Counts counts;
    std::int64_t cells = 0;
    std::int64_t rows_in_databases = 0;
};

Made structure(db::Db& db) {
    Made made;
    complete_all(db);
    const auto result = db.read([&](db::Tx& tx) -> Result<void> {
        for (const study::Study& study : TRY(study::list(tx))) {
            if (study.latest_version.empty()) continue;
            const auto forms = forms_of(tx, study.id);
            for (const sites::Site& site : TRY(sites::of_study(tx, study.id))) {
                const auto tables = TRY(analysis::structure_site(tx, study.id, site.id));
                made.cells += check_lineage(tables, forms);
                made.counts.forms.read += tables.counts.forms.read;
                made.counts.forms.left_out += tables.counts.forms.left_out;
                made.counts.values.read += tables.counts.values.read;
                made.counts.values.left_out += tables.counts.values.left_out;
                for (const analysis::File& file : analysis::files_of(tables))
                    if (file.name != "manifest.json")  // it names a record of this store's audit
                        made.bytes[{study.oid, site.oid, file.name}] = file.text;
            }
        }
        return {};
    });
    CHECK_MESSAGE(result.ok(), (result.ok() ? "" : result.error().code));
    return made;
}

Result<void> import(db::Db& db, const std::string& name) {
    const auto bytes = interop::test::real_file(name);
    const auto parsed = TRY(interop::parse_odm(*bytes));
    TRY(db.transact([&](db::Tx& tx) {
        return interop::import_odm(tx, parsed, {identity::command_line(), {}});
    }));
    return {};
}

std::unique_ptr<db::Db> empty_database() {
    db::Options options;
    options.postgres = weft::blocking(
        "create a database", [] { return test::PostgresServer::shared().create_database(); });
    options.synchronous = db::Synchronous::off;
    auto db = open_store(options);
    REQUIRE(db->transact([](db::Tx& tx) -> Result<void> {
                  const auto hospital = TRY(
                      identity::create_organisation(tx, "Test hospital", identity::command_line()));
                  for (const char* oid : {"S01", "S02"})
                      TRY(sites::create(tx, {hospital.id, oid, oid, "Asia/Shanghai"},
                                        identity::command_line()));
                  return {};
              }).ok());
    return db;
}

// Has the SQL of each study's tables run in SQLite and in PostgreSQL by a program that is not ours.
// Shape: rows that both then hold, as many as the CSV files.
std::int64_t rows_in_databases(const Bytes& bytes) {
    std::map<std::string, std::map<std::string, std::map<std::string, std::string>>> studies;
    for (const auto& [at, text] : bytes) studies[at[0]][at[1]][at[2]] = text;
    std::int64_t rows = 0;
    for (const auto& [study, all_sites] : studies) {
        const test::TempFolder folder;
        std::filesystem::create_directory(folder / "study");
        int number = 0;
        for (const auto& [site, files] : all_sites) {
            const auto place = folder / ("study/" + std::to_string(++number));
            std::filesystem::create_directory(place);
            for (const auto& [name, text] : files)
                std::ofstream(place + "/" + name, std::ios::binary) << text;
        }
        const auto script = real_data::project_folder() / "tests/support/read_tables.py";
        const auto uri = weft::blocking(
            "create a database", [] { return test::PostgresServer::shared().create_database(); });
        Process reader({"/usr/bin/python3", script.string(), folder / "study", uri},
                       folder / "errors");
        const std::string said = reader.read_line().value_or("");
        const bool agrees = reader.wait() == 0;
        std::ifstream errors(folder / "errors");
        CHECK_MESSAGE(agrees, std::string(std::istreambuf_iterator<char>(errors), {}));
        if (agrees) rows += std::stoll(said.substr(said.find(' ')));
    }
    return rows;
}

// Adds what came of a file on both stores. Shape: false where it cannot be imported.
bool look_at(const std::string& name, Made& all) {
    interop::test::Store embedded;
    if (name == "openedc/clinicaldata.xml")
        REQUIRE(import(embedded.db(), "openedc/metadata.xml").ok());
    if (!import(embedded.db(), name)) return false;
    const Made made = structure(embedded.db());
    CHECK(structure(embedded.db()).bytes == made.bytes);
    if (made.cells > 0) {
        const auto database = empty_database();
        if (name == "openedc/clinicaldata.xml")
            REQUIRE(import(*database, "openedc/metadata.xml").ok());
        REQUIRE(import(*database, name).ok());
        CHECK(structure(*database).bytes == made.bytes);
        all.rows_in_databases += rows_in_databases(made.bytes);
    }
    all.cells += made.cells;
    all.counts.forms.read += made.counts.forms.read;
    all.counts.forms.left_out += made.counts.forms.left_out;
    all.counts.values.read += made.counts.values.read;
    all.counts.values.left_out += made.counts.values.left_out;
    return true;
}

}  // namespace

TEST_SUITE_BEGIN("whatever the store");

TEST_CASE("every value of every real study is in a cell or a problem, the same on both stores") {
    const auto names = interop::test::real_files();
    if (names.empty()) {
        MESSAGE("real data: absent");
        return;
    }
    int studies = 0;
    Made all;
    for (const std::string& name : names) {
        CAPTURE(name);
        CHECK(weft::run([&] { studies += look_at(name, all) ? 1 : 0; }) == 0);
    }
    CHECK(all.counts.values.read == all.cells + all.counts.values.left_out);
    CHECK(studies > 0);
    MESSAGE("imported ", studies, " files; forms: ", all.counts.forms.read, " read, ",
            all.counts.forms.left_out, " left out; values: ", all.counts.values.read, " read, ",
            all.cells, " in cells, ", all.counts.values.left_out,
            " left out with a reason; rows in both databases: ", all.rows_in_databases);
}

TEST_SUITE_END();

}  // namespace tests
