// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/platform/auth/sign.h"
#include "cohort/platform/config/config.h"
#include "cohort/platform/db/db.h"

namespace cohort::app {

/// The data folder, opened: the store with its schema up to date, and the key that signs the audit.
struct Store {
    std::unique_ptr<db::Db> db;
    auth::SigningKey key;
};

/// Errors: those of db::Db::open, db::migrate and auth::SigningKey::load_or_create, with the folder
/// in the text; unavailable/store-locked when another process holds it;
/// unavailable/audit-key-missing.
/// Blocks: the goroutine.
Result<Store> open_store(const config::Config& config);

/// The store of the data folder as it is, beside a running server too: takes no lock, changes
/// nothing.
/// Errors: those of db::Db::open.
Result<std::unique_ptr<db::Db>> open_store_to_read(const config::Config& config);

/// The SQLite store of the data folder, whatever `store.postgres` says, held against a server.
/// Errors: those of db::Db::open and db::migrate; unavailable/store-missing when there is none.
Result<std::unique_ptr<db::Db>> open_embedded_store(const config::Config& config);

/// Runs `act(db)`; where it only reads, beside a running server too.
/// Errors: those of opening the store, and of `act`.
template <class Act>
auto in_store(const config::Config& config, bool only_reads, Act act)
    -> std::invoke_result_t<Act&, db::Db&> {
    if (only_reads) {
        const auto db = TRY(open_store_to_read(config));
        return act(*db);
    }
    const Store store = TRY(open_store(config));
    return act(*store.db);
}

/// A study by the OID that a person types.
/// Errors: not_found/study.
Result<StudyId> find_study(db::Tx& tx, const std::string& oid);

/// A file in the data folder.
std::string data_file(const config::Config& config, const char* name);

}  // namespace cohort::app
