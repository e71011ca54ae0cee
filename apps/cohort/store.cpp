// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/store.h"

#include <utility>

#include "weft/blocking.h"

#include "apps/cohort/files.h"
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

// A folder without its key is a copy that was forgotten, or another server's fresh folder: a key
// made there would sign what nobody trusts.
static Result<void> may_make_key(const config::Config& config, db::Db& db) {
    if (config.boolean("audit.new_key")) return {};
    const bool signed_before = TRY(db.read([](db::Tx& tx) -> Result<bool> {
        return !TRY(tx.all("SELECT 1 FROM audit_head LIMIT 1")).empty();
    }));
    if (!signed_before) return {};
    return unavailable("audit-key-missing",
                       "The audit of this store is signed, and its key " +
                           data_file(config, "audit.key") +
                           " is not here: copy it from the other server or from the backup, or "
                           "sign with a new one from now on by --set audit.new_key=true.");
}

static Result<auth::SigningKey> audit_key(const config::Config& config, db::Db& db) {
    const std::string file = data_file(config, "audit.key");
    if (!file_exists(file)) TRY(may_make_key(config, db));
    return weft::blocking("read the audit key",
                          [&] { return auth::SigningKey::load_or_create(file); });
}

Result<Store> open_store(const config::Config& config) {
    auto db = TRY(open_db(config, false));
    TRY(db::migrate(*db, migrations::all()));
    auto key = TRY(audit_key(config, *db));
    return Store{std::move(db), std::move(key)};
}

}  // namespace cohort::app
