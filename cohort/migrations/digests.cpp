// SPDX-License-Identifier: Apache-2.0
#include "cohort/migrations/digests.h"

#include <sstream>

#include "cohort/platform/auth/digest.h"

namespace cohort::migrations {

namespace {

std::string joined(const std::string& list, const std::string& more) {
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

}  // namespace

Result<std::vector<Table>> tables_of(db::Tx& tx) {
    std::vector<Table> tables;
    for (const db::Row& row :
         TRY(tx.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE "
                    "'sqlite%' AND name <> 'schema_version' ORDER BY rowid")))
        tables.push_back(TRY(describe(tx, row.get<std::string>(0))));
    return tables;
}

Result<Contents> contents_of(db::Tx& tx, const Table& table) {
    Contents found;
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

Result<std::vector<Contents>> contents_of(db::Db& db) {
    std::vector<Contents> all;
    for (const Table& table : TRY(db.read(tables_of)))
        all.push_back(TRY(db.read([&](db::Tx& tx) { return contents_of(tx, table); })));
    return all;
}

std::string to_text(const std::vector<Contents>& contents) {
    std::string text;
    for (const Contents& one : contents)
        text += one.table + " " + std::to_string(one.rows) + " " + one.digest + "\n";
    return text;
}

Result<std::vector<Contents>> contents_from_text(const std::string& text) {
    std::vector<Contents> all;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        Contents one;
        if (!(words >> one.table >> one.rows >> one.digest))
            return invalid("bad-digests", "a line of the digests cannot be read");
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace cohort::migrations
