// SPDX-License-Identifier: Apache-2.0
#include "cohort/migrations/move_store.h"

#include "cohort/platform/auth/digest.h"

namespace cohort::migrations {

namespace {

constexpr std::int64_t rows_a_statement = 200;

struct Table {
    std::string name;
    std::string columns;  // "id, name"
    std::string places;   // "(?, ?)"
    std::string order;    // the primary key's columns
};

std::string joined(std::string list, const std::string& more) {
    return list.empty() ? more : list + ", " + more;
}

Result<Table> describe(db::Tx& tx, const std::string& name) {
    Table table;
    table.name = name;
    std::string marks;
    for (const db::Row& row :
         TRY(tx.all("SELECT name FROM pragma_table_info(?) ORDER BY cid", name))) {
        table.columns = joined(table.columns, row.get<std::string>(0));
        marks = joined(marks, "?");
    }
    for (const db::Row& row :
         TRY(tx.all("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", name)))
        table.order = joined(table.order, row.get<std::string>(0));
    ENSURE(!table.order.empty(), "every table has a primary key");
    table.places = "(" + marks + ")";
    return table;
}

// In the order in which they were created: what a table refers to comes before it.
Result<std::vector<Table>> tables_of(db::Tx& tx) {
    std::vector<Table> tables;
    for (const db::Row& row :
         TRY(tx.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                    "'sqlite%' AND name <> 'schema_version' ORDER BY rowid")))
        tables.push_back(TRY(describe(tx, row.get<std::string>(0))));
    return tables;
}

// A cell so that no two different rows give the same bytes.
std::string as_bytes(const db::Value& value) {
    struct Bytes {
        std::string operator()(std::monostate) const { return "n"; }
        std::string operator()(std::int64_t v) const { return "i" + std::to_string(v) + ";"; }
        std::string operator()(double v) const {
            return "d" + std::string(reinterpret_cast<const char*>(&v), sizeof v);
        }
        std::string operator()(const std::string& v) const { return "t" + sized(v); }
        std::string operator()(const db::Blob& v) const { return "b" + sized(v.bytes); }
        static std::string sized(const std::string& v) {
            return std::to_string(v.size()) + ":" + v;
        }
    };
    return std::visit(Bytes(), value);
}

Result<Moved> digest_of(db::Tx& tx, const Table& table) {
    Moved found;
    found.table = table.name;
    auth::Sha256 digest;
    TRY(tx.each("SELECT " + table.columns + " FROM " + table.name + " ORDER BY " + table.order,
                [&](db::Row&& row) -> Result<void> {
                    for (const db::Value& cell : row.cells()) digest.add(as_bytes(cell));
                    ++found.rows;
                    return {};
                }));
    found.digest = auth::to_hex(digest.finish());
    return found;
}

Result<void> require_empty(db::Tx& tx, const Table& table) {
    if (TRY(tx.all("SELECT 1 FROM " + table.name + " LIMIT 1")).empty()) return {};
    return refused("store-not-empty",
                   "the database has rows in " + table.name + " already: move into an empty one");
}

Result<void> insert(db::Tx& tx, const Table& table, const db::Rows& rows) {
    std::string places;
    db::Values values;
    for (const db::Row& row : rows) {
        places = joined(places, table.places);
        // The first cell is the number of the row.
        values.insert(values.end(), row.cells().begin() + 1, row.cells().end());
    }
    TRY(tx.run("INSERT INTO " + table.name + " (" + table.columns + ") VALUES " + places, values));
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

Result<std::vector<Moved>> move_store(db::Db& from, db::Db& to) {
    const auto tables = TRY(from.read(tables_of));
    std::vector<Moved> all;
    for (const Table& table : tables)
        all.push_back(TRY(from.read([&](db::Tx& tx) { return digest_of(tx, table); })));
    TRY(to.transact([&](db::Tx& tx) -> Result<void> {
        for (const Table& table : tables) TRY(require_empty(tx, table));
        for (const Table& table : tables) TRY(copy(from, tx, table));
        for (std::size_t i = 0; i < tables.size(); ++i) {
            const auto arrived = TRY(digest_of(tx, tables[i]));
            if (arrived != all[i])
                return internal("store-differs", "the table " + tables[i].name +
                                                     " did not arrive as it was: nothing is moved");
        }
        return {};
    }));
    return all;
}

}  // namespace cohort::migrations
