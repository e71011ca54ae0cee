// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cohort/migrations/digests.h"

namespace cohort::migrations {

/// Copies everything from a store in SQLite, which nobody else may change meanwhile, into one in
/// PostgreSQL with the same schema and no rows: in one transaction, which commits only when every
/// table has as many rows and the same digest there. `from` stays as it is.
///
/// Errors: refused/store-not-empty names a table that has rows already; internal/store-differs
///         names a table that did not arrive as it was; those of both stores.
/// Blocks: the goroutine, for as long as it takes (some 20,000 rows a second).
Result<std::vector<Contents>> move_store(db::Db& from, db::Db& to);

}  // namespace cohort::migrations
