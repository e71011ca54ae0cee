// SPDX-License-Identifier: Apache-2.0
// The scenarios run on both stores: in the folder of the test, or, where the environment says
// COHORT_TEST_STORE=postgresql, in a database that stands for the folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cohort/platform/db/db.h"

namespace tests {

/// Whether these scenarios run on PostgreSQL.
bool on_postgresql();

/// How the store of a folder is opened, wherever it is. Blocks: its thread, the first time.
cohort::db::Options store_of(const std::string& folder);

/// The same for the program: arguments that say it.
std::vector<std::string> store_arguments(const std::string& folder);

/// Opens the store of a folder and brings its schema up.
std::unique_ptr<cohort::db::Db> open_store(const cohort::db::Options& options);
inline std::unique_ptr<cohort::db::Db> open_store(const std::string& folder) {
    return open_store(store_of(folder));
}

/// Rows of `SELECT COUNT(*) FROM <what>`, beside a server too.
std::int64_t rows_in(cohort::db::Options options, const std::string& what);

}  // namespace tests
