// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/store.h"

#include <utility>

#include "weft/blocking.h"

#include "cohort/migrations/migrations.h"
#include "cohort/platform/db/migrate.h"
#include "cohort/study/store.h"

namespace cohort::app {

std::string data_file(const config::Config& config, const char* name) {
    return config.text("data.folder") + "/" + name;
}

static Result<std::unique_ptr<db::Db>> open_db(const config::Config& config, bool read_only) {
    db::Options options;
    options.folder = config.text("data.folder");
    options.read_only = read_only;
    options.postgres = config.text("store.postgres");
    options.writers = static_cast<int>(config.number("store.connections"));
    // Of SQLite's file every commit is synced, whatever is set.
    if (!options.postgres.empty() && config.boolean("store.unsafe_server"))
        options.synchronous = db::Synchronous::off;
    return db::Db::open(options);
}

Result<std::unique_ptr<db::Db>> open_embedded_store(const config::Config& config) {
    db::Options options;
    options.folder = config.text("data.folder");
    options.read_only = true;
    TRY(db::Db::open(options));  // makes no store where there is none
    options.read_only = false;
    auto db = TRY(db::Db::open(options));
    TRY(db::migrate(*db, migrations::all()));
    return db;
}

Result<std::unique_ptr<db::Db>> open_store_to_read(const config::Config& config) {
    return open_db(config, true);
}

Result<StudyId> find_study(db::Tx& tx, const std::string& oid) {
    const auto study = TRY(study::find(tx, oid));
    if (!study) return not_found("study", "There is no study with the OID " + oid + ".");
    return study->id;
}

Result<Store> open_store(const config::Config& config) {
    auto db = TRY(open_db(config, false));
    TRY(db::migrate(*db, migrations::all()));
    auto key = TRY(weft::blocking("read the audit key", [&] {
        return auth::SigningKey::load_or_create(data_file(config, "audit.key"));
    }));
    return Store{std::move(db), std::move(key)};
}

}  // namespace cohort::app
