// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/record.h"

#include <algorithm>
#include <utility>

namespace cohort::analysis {

namespace {

std::string_view word(Effect effect) {
    switch (effect) {
        case Effect::row_left_out:
            return "row left out";
        case Effect::value_left_out:
            return "value left out";
        case Effect::noted:
            return "noted";
    }
    return {};
}

Cell or_null(const std::string& text) {
    return text.empty() ? Cell() : Cell(text);
}

Table empty_table(const char* name, std::size_t keys, std::initializer_list<const char*> columns) {
    Table table{.name = name, .source = {}, .keys = keys, .columns = {}};
    for (const char* column : columns) table.add({.name = column});
    return table;
}

}  // namespace

std::vector<Column> key_columns(Rows rows) {
    std::vector<Column> columns{{.name = "site"},
                                {.name = "subject"},
                                {.name = "visit"},
                                {.name = "visit_repeat"},
                                {.name = "form_repeat"}};
    if (rows == Rows::many_a_form) columns.push_back({.name = "row"});
    return columns;
}

Row key_cells(const Place& place, Rows rows) {
    Row cells{place.site, place.subject, place.visit, place.visit_repeat, place.form_repeat};
    if (rows == Rows::many_a_form) cells.emplace_back(place.row);
    return cells;
}

bool names_row(const Table& table) {
    return table.columns[table.keys - 1].name == "row";
}

void Tally::count(bool is_structured, std::int64_t how_many) {
    read += how_many;
    (is_structured ? structured : left_out) += how_many;
}

bool Counts::add_up() const noexcept {
    return forms.adds_up() && responses.adds_up() && rows.adds_up() && values.adds_up();
}

Record::Record()
    : lineage_(empty_table(
          "lineage", 8,
          {"site", "table_name", "subject", "visit", "visit_repeat", "form_repeat", "row",
           "column_name", "item", "place", "version", "written", "unit", "missing"})),
      problems_(empty_table(
          "problems", 2,
          {"site", "number", "form", "subject", "visit", "visit_repeat", "form_repeat", "row",
           "item", "place", "problem", "effect", "message", "version", "written"})) {
    problems_.columns[1].type = Type::integer;
}

void Record::cell(const Place& place, const std::string& table, const std::string& column,
                  const Origin& origin) {
    lineage_.rows.push_back({place.site, table, place.subject, place.visit, place.visit_repeat,
                             place.form_repeat, place.row, column, origin.item, origin.pointer,
                             origin.version, or_null(origin.written), or_null(origin.unit),
                             or_null(origin.missing)});
}

void Record::problem(const Place& place, const Problem& problem) {
    const Origin& origin = problem.origin;
    problems_.rows.push_back({place.site, std::nullopt, problem.form, place.subject, place.visit,
                              place.visit_repeat, place.form_repeat, or_null(place.row),
                              or_null(origin.item), or_null(origin.pointer), problem.check,
                              std::string(word(problem.effect)), or_null(problem.message),
                              or_null(origin.version), or_null(origin.written)});
}

Record::Tables Record::take() {
    lineage_.sort_rows();
    std::ranges::sort(problems_.rows);
    for (std::size_t i = 0; i < problems_.rows.size(); ++i)
        problems_.rows[i][1] = std::to_string(i + 1);
    return {.lineage = std::exchange(lineage_, {}), .problems = std::exchange(problems_, {})};
}

}  // namespace cohort::analysis
