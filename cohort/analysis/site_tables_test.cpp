// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/site_tables.h"

#include <algorithm>
#include <map>

#include "weft/blocking.h"
#include "weft/run.h"

#include "cohort/analysis/files.h"
#include "cohort/capture/forms.h"
#include "cohort/capture/test_study.h"
#include "cohort/identity/users.h"
#include "cohort/migrations/test_store.h"
#include "cohort/platform/auth/digest.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "tests/support/postgres.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::analysis;

namespace {

db::Options options_of(bool is_embedded) {
    db::Options options;
    if (!is_embedded)
        options.postgres = weft::blocking(
            "create a database", [] { return test::PostgresServer::shared().create_database(); });
    return options;
}

// A study with two sites; at the first a subject with two completed forms and one that is open.
struct Scene {
    explicit Scene(bool is_embedded = true) : store(options_of(is_embedded)) {
        CHECK(store.db->transact([&](db::Tx& tx) { return lay(tx); }).ok());
    }

    Result<void> lay(db::Tx& tx) {
        const auto actor = identity::command_line();
        const auto hospital = TRY(identity::create_organisation(tx, "Hospital", actor)).id;
        study::StudyMetadata metadata;
        metadata.oid = "ST.1";
        metadata.basic_definitions = study::BasicDefinitions{.units = capture::test_units()};
        metadata.versions = {capture::test_version()};
        study = TRY(study::store(tx, metadata, {}, {}));
        for (const char* oid : {"A", "B"}) {
            sites.push_back(TRY(sites::create(tx, {hospital, oid, oid, "UTC"}, actor)).id);
            TRY(sites::activate(tx, study, sites.back(), actor));
        }
        const auto subject = TRY(subjects::create(
            tx, {.study = study, .site = sites[0], .key = "A-1", .enrolled_on = {}, .extra = {}},
            actor));
        const auto definition = TRY(study::definition(tx, TRY(study::latest_version(tx, study))));
        for (const char* repeat : {"1", "2", "3"}) {
            capture::ImportedForm form{
                .place = {.subject = subject.id, .event = "V", .form = "F", .form_repeat = repeat},
                .metadata_version = TRY(study::latest_version(tx, study)),
                .state = *repeat == '3' ? capture::State::in_progress : capture::State::complete,
                .document = {},
                .extra = {}};
            capture::Item item;
            item.oid = "SYS";
            item.raw = *repeat == '2' ? "999" : " 120";
            form.document.row("VITALS", "1").items.push_back(item);
            TRY(capture::import_form(tx, *definition, form, actor));
        }
        return {};
    }

    SiteTables tables(std::size_t site) const {
        return store.db->read([&](db::Tx& tx) { return structure_site(tx, study, sites[site]); })
            .value();
    }
    // By name, but for the manifest, which names a record of this store's audit.
    std::map<std::string, std::string> files(std::size_t site) const {
        std::map<std::string, std::string> all;
        for (const File& file : files_of(tables(site)))
            if (file.name != "manifest.json") all[file.name] = file.text;
        return all;
    }

    migrations::TestStore store;
    StudyId study = {};
    std::vector<SiteId> sites = {};
};

}  // namespace

TEST_CASE("A site's tables hold what its subjects completed; another site has the same, empty") {
    CHECK(weft::run([] {
              const Scene scene;
              const SiteTables tables = scene.tables(0);
              CHECK(tables.counts.forms.structured == 1);
              CHECK(tables.counts.forms.left_out == 1);
              CHECK(tables.counts.forms_open == 1);
              CHECK(tables.counts.values.read == 2);
              CHECK(tables.audit.has_value());
              const auto here = scene.files(0);
              CHECK(here.at("crf_f.csv").find("A,A-1,V,1,1,1,MDV.1,120,") != std::string::npos);
              CHECK(here.at("problems.csv").find(",range-2,row left out,") != std::string::npos);
              const auto there = scene.files(1);
              CHECK(there.size() == here.size());
              CHECK(there.at("columns.csv") == here.at("columns.csv"));
              CHECK_FALSE(scene.tables(1).audit);
              CHECK(scene.store.db
                        ->read([&](db::Tx& tx) {
                            return structure_site(tx, scene.study, new_id<SiteId>());
                        })
                        .error()
                        .code == "site");
          }) == 0);
}

TEST_CASE("The same records give the same bytes again, and in the other store") {
    CHECK(weft::run([] {
              const Scene embedded;
              const auto files = embedded.files(0);
              CHECK(embedded.files(0) == files);
              CHECK(files_of(embedded.tables(0)).back().text ==
                    files_of(embedded.tables(0)).back().text);
              const Scene database(false);
              CHECK(database.files(0) == files);
          }) == 0);
}

TEST_CASE("The manifest names every other file with its digest, and the counts") {
    CHECK(weft::run([] {
              const Scene scene;
              const auto files = scene.files(0);
              const File last = files_of(scene.tables(0)).back();
              CHECK(last.name == "manifest.json");
              const json::value manifest = json::parse(last.text).value();
              std::size_t named = 1;
              CHECK(manifest.at("sql").at("sha256").as_string() ==
                    auth::sha256_hex(files.at("tables.sql")));
              for (const json::value& table : manifest.at("tables").as_array()) {
                  const auto& text = files.at(std::string(table.at("file").as_string()));
                  CHECK(table.at("sha256").as_string() == auth::sha256_hex(text));
                  ++named;
              }
              CHECK(named == files.size());
              CHECK(manifest.at("counts").at("forms").at("open").as_int64() == 1);
          }) == 0);
}
