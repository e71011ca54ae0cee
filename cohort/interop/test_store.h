// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a store of its own in a temporary folder, with one organisation
// and two sites.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cohort/identity/users.h"
#include "cohort/interop/export.h"
#include "cohort/interop/import.h"
#include "cohort/migrations/migrations.h"
#include "cohort/platform/db/migrate.h"
#include "cohort/sites/sites.h"
#include "cohort/study/store.h"
#include "tests/support/temp_folder.h"

namespace cohort::interop::test {

class Store {
  public:
    enum class Sites { two, none };

    explicit Store(Sites wanted = Sites::two) {
        db::Options options;
        options.folder = folder_.path();
        options.synchronous = db::Synchronous::off;  // nothing here is about power failures
        db_ = db::Db::open(options).value();
        db::migrate(*db_, migrations::all()).value();
        db_->transact([&](db::Tx& tx) -> Result<void> {
               const auto organisation =
                   TRY(identity::create_organisation(tx, "Test hospital", actor()));
               if (wanted == Sites::none) return {};
               for (const char* oid : {"S01", "S02"})
                   TRY(sites::create(tx, {organisation.id, oid, oid, "Asia/Shanghai"}, actor()));
               return {};
           })
            .value();
    }

    static identity::Actor actor() { return identity::command_line(); }

    db::Db& db() { return *db_; }

    Result<Report> import(const ParsedFile& parsed) {
        return db_->transact([&](db::Tx& tx) { return import_odm(tx, parsed, {actor(), {}}); });
    }

    Result<Report> import(std::string_view bytes) {
        const auto parsed = TRY(parse_odm(bytes));
        return import(parsed);
    }

    std::vector<study::Study> studies() {
        return db_->read([](db::Tx& tx) { return study::list(tx); }).value();
    }

    /// All studies in one file.
    std::string export_all() {
        std::vector<StudyId> ids;
        for (const study::Study& s : studies()) ids.push_back(s.id);
        return to_xml(
            db_->read([&](db::Tx& tx) { return export_studies(tx, ids, Instant{}); }).value());
    }

  private:
    ::test::TempFolder folder_;
    std::unique_ptr<db::Db> db_;
};

}  // namespace cohort::interop::test
