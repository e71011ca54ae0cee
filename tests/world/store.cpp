// SPDX-License-Identifier: Apache-2.0
#include "tests/world/store.h"

#include <cstdlib>
#include <map>

#include "weft/blocking.h"
#include "weft/ensure.h"
#include "weft/mutex.h"

#include "cohort/migrations/migrations.h"
#include "tests/support/postgres.h"

namespace tests {

using namespace cohort;

bool on_postgresql() {
    const char* const store = std::getenv("COHORT_TEST_STORE");  // NOLINT(concurrency-mt-unsafe)
    return store != nullptr && std::string(store) == "postgresql";
}

std::unique_ptr<db::Db> open_store(const db::Options& options) {
    auto db = db::Db::open(options);
    ENSURE(db.ok(), db.error().text.c_str());
    const auto migrated = db::migrate(**db, migrations::all());
    ENSURE(migrated.ok(), migrated.error().text.c_str());
    return std::move(*db);
}

// One with the whole schema, which takes a second to build and a tenth of that to copy.
static std::string new_pattern() {
    db::Options options;
    options.postgres = test::PostgresServer::shared().create_database();
    options.synchronous = db::Synchronous::off;
    open_store(options);
    return options.postgres.substr(options.postgres.rfind('/') + 1);
}

// A folder keeps its database, as it would keep its file.
static std::string database_of(const std::string& folder) {
    static weft::Mutex mutex{"databases of folders"};
    static std::map<std::string, std::string> databases;
    static std::string pattern;
    const std::lock_guard lock(mutex);
    std::string& url = databases[folder];
    if (pattern.empty()) pattern = new_pattern();
    if (url.empty()) url = test::PostgresServer::shared().create_database("TEMPLATE " + pattern);
    return url;
}

db::Options store_of(const std::string& folder) {
    db::Options options;
    options.folder = folder;
    options.readers = 2;
    if (on_postgresql()) {
        options.postgres = database_of(folder);
        options.synchronous = db::Synchronous::off;  // the tests' server does without
    }
    return options;
}

std::vector<std::string> store_arguments(const std::string& folder) {
    if (!on_postgresql()) return {};
    return {"--set", "store.postgres=" + database_of(folder), "--set", "store.unsafe_server=true"};
}

std::int64_t rows_in(db::Options options, const std::string& what) {
    options.read_only = true;
    const auto db = db::Db::open(options);
    ENSURE(db.ok(), db.error().text.c_str());
    const auto rows = (*db)->read([&](db::Tx& tx) -> Result<std::int64_t> {
        return TRY(tx.one("SELECT COUNT(*) FROM " + what)).get<std::int64_t>(0);
    });
    ENSURE(rows.ok(), rows.error().text.c_str());
    return *rows;
}

}  // namespace tests
