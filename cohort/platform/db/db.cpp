// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/db.h"

#include "weft/blocking.h"

#include "cohort/platform/db/postgres_store.h"
#include "cohort/platform/db/sqlite_store.h"

namespace cohort::db {

Result<std::unique_ptr<Db>> Db::open(const Options& options) {
    if (!options.postgres.empty()) {
        // For what is not in the database: the audit's key, the log.
        if (!options.folder.empty() && !options.read_only)
            TRY(weft::blocking("make the folder",
                               [&] { return DataFolder::make(options.folder); }));
        return std::make_unique<Db>(TRY(PostgresStore::open(options)));
    }
    auto store = weft::blocking("open the store", [&] { return SqliteStore::open(options); });
    return std::make_unique<Db>(TRY(std::move(store)));
}

}  // namespace cohort::db
