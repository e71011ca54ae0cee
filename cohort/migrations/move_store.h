// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/platform/db/db.h"

namespace cohort::migrations {

/// What one table held, on both sides.
struct Moved {
    std::string table;
    std::int64_t rows = 0;
    std::string digest = {};  ///< SHA-256 over all cells in the order of its primary key

    friend bool operator==(const Moved&, const Moved&) = default;
};

/// Copies everything from a store in SQLite, which nobody else may change meanwhile, into one in
/// PostgreSQL with the same schema and no rows: in one transaction, which commits only when every
/// table has as many rows and the same digest there. `from` stays as it is.
///
/// Errors: refused/store-not-empty names a table that has rows already; internal/store-differs
///         names a table that did not arrive as it was; those of both stores.
/// Blocks: the goroutine, for as long as it takes (some 20,000 rows a second).
Result<std::vector<Moved>> move_store(db::Db& from, db::Db& to);

}  // namespace cohort::migrations
