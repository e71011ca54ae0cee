// SPDX-License-Identifier: Apache-2.0
#include "cohort/migrations/move_store.h"

namespace cohort::migrations {

namespace {

constexpr std::int64_t rows_a_statement = 200;

Result<void> require_empty(db::Tx& tx, const Table& table) {
    if (TRY(tx.all("SELECT 1 FROM " + table.name + " LIMIT 1")).empty()) return {};
    return refused("store-not-empty",
                   "the database has rows in " + table.name + " already: move into an empty one");
}

Result<void> insert(db::Tx& tx, const Table& table, const db::Rows& rows) {
    std::string places;
    db::Values values;
    for (const db::Row& row : rows) {
        places += (places.empty() ? "" : ", ") + table.places;
        // The first cell is the number of the row.
        values.insert(values.end(), row.cells().begin() + 1, row.cells().end());
    }
    TRY(tx.put("INSERT INTO " + table.name + " (" + table.columns + ") VALUES " + places, values));
    return {};
}

Result<void> copy(db::Db& from, db::Tx& to, const Table& table) {
    const std::string sql = "SELECT rowid, " + table.columns + " FROM " + table.name +
                            " WHERE rowid > ? ORDER BY rowid LIMIT ?";
    for (std::int64_t after = 0;;) {
        const auto rows =
            TRY(from.read([&](db::Tx& tx) { return tx.all(sql, after, rows_a_statement); }));
        if (rows.empty()) return {};
        TRY(insert(to, table, rows));
        after = rows.back().get<std::int64_t>(0);
    }
}

}  // namespace

Result<std::vector<Contents>> move_store(db::Db& from, db::Db& to) {
    const auto tables = TRY(from.read(tables_of));
    const auto all = TRY(contents_of(from));
    TRY(to.transact([&](db::Tx& tx) -> Result<void> {
        for (const Table& table : tables) TRY(require_empty(tx, table));
        for (const Table& table : tables) TRY(copy(from, tx, table));
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const auto arrived = TRY(contents_of(tx, tables[i]));
            if (arrived != all[i])
                return internal("store-differs", "the table " + tables[i].name +
                                                     " did not arrive as it was: nothing is moved");
        }
        return {};
    }));
    return all;
}

}  // namespace cohort::migrations
