// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/sql.h"

#include <string_view>

namespace cohort::analysis {

namespace {

std::string_view type_of(Type type) {
    switch (type) {
        case Type::text:
            return "TEXT";
        case Type::integer:
            return "BIGINT";
        case Type::decimal:
            return "NUMERIC";
        case Type::boolean:
            return "BOOLEAN";
        case Type::date:
            return "DATE";
        case Type::datetime:
            return "TIMESTAMP";
    }
    return {};
}

// A name of ours has no quote in it.
std::string name(std::string_view plain) {
    return '"' + std::string(plain) + '"';
}

std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += c;
    }
    return out + '\'';
}

std::string literal(const Cell& cell, Type type) {
    if (!cell) return "NULL";
    const bool is_bare = type == Type::integer || type == Type::decimal || type == Type::boolean;
    return is_bare ? *cell : quoted(*cell);
}

void append_create(std::string& out, const Table& table) {
    out += "CREATE TABLE IF NOT EXISTS " + name(table.name) + " (\n";
    std::string keys;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const Column& column = table.columns[i];
        out += "    " + name(column.name) + ' ' + std::string(type_of(column.type));
        if (i < table.keys) {
            out += " NOT NULL";
            keys += (i == 0 ? "" : ", ") + name(column.name);
        }
        out += ",\n";
    }
    out += "    PRIMARY KEY (" + keys + ")\n);\n";
}

void append_rows(std::string& out, const Table& table) {
    for (const Row& row : table.rows) {
        out += "INSERT INTO " + name(table.name) + " VALUES (";
        for (std::size_t i = 0; i < row.size(); ++i)
            out += (i == 0 ? "" : ", ") + literal(row[i], table.columns[i].type);
        out += ");\n";
    }
}

}  // namespace

std::string to_sql(const std::vector<const Table*>& tables, const std::string& site) {
    std::string out = "BEGIN;\n";
    for (const Table* table : tables) {
        append_create(out, *table);
        out += "DELETE FROM " + name(table->name);
        if (table->columns.front().name == "site") out += " WHERE \"site\" = " + quoted(site);
        out += ";\n";
        append_rows(out, *table);
    }
    return out + "COMMIT;\n";
}

}  // namespace cohort::analysis
