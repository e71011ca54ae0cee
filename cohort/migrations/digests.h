// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/platform/db/db.h"

namespace cohort::migrations {

/// A table of the store, as SQLite describes it.
struct Table {
    std::string name;
    std::string columns;  ///< "id, name"
    std::string places;   ///< "(?, ?)"
    std::string order;    ///< the primary key's columns
};

/// What a table holds.
struct Contents {
    std::string table;
    std::int64_t rows = 0;
    std::string digest = {};  ///< SHA-256 over all cells in the order of its primary key

    friend bool operator==(const Contents&, const Contents&) = default;
};

/// All tables but the one of the schema's own steps, in the order in which they were created: what
/// a table refers to comes before it. SQLite only.
Result<std::vector<Table>> tables_of(db::Tx& tx);

/// The same in both stores, for the same rows.
Result<Contents> contents_of(db::Tx& tx, const Table& table);

/// Of all tables, each at one moment. SQLite only.
Result<std::vector<Contents>> contents_of(db::Db& db);

/// "TABLE ROWS DIGEST", a line each; and back. Errors: invalid/bad-digests.
std::string to_text(const std::vector<Contents>& contents);
Result<std::vector<Contents>> contents_from_text(const std::string& text);

}  // namespace cohort::migrations
