// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/form_tables.h"

#include <algorithm>
#include <set>

#include "cohort/capture/pointer.h"
#include "cohort/capture/test_study.h"
#include "tests/support/property.h"

using namespace cohort;
using namespace cohort::analysis;

namespace {

capture::Item item(const char* oid, const char* raw, std::int64_t version = 1) {
    capture::Item out;
    out.oid = oid;
    out.raw = raw;
    out.version = version;
    return out;
}

capture::Row row(const char* group, const char* repeat, std::vector<capture::Item> items) {
    capture::Row out;
    out.group = group;
    out.repeat = repeat;
    out.items = std::move(items);
    return out;
}

capture::Form form(std::vector<capture::Row> rows, const char* oid = "F") {
    capture::Form out;
    out.subject_key = "A-1";
    out.place = {.subject = {}, .event = "V", .form = oid};
    out.state = capture::State::complete;
    out.version = 3;
    out.document.rows = std::move(rows);
    return out;
}

// What became of some forms of one site.
struct Made {
    explicit Made(const std::vector<capture::Form>& forms, bool is_current = true) {
        const auto definition = capture::test_definition();
        Names names;
        FormTables made(*definition, names);
        Record record;
        for (const capture::Form& one : forms)
            made.add({.form = one, .site = "A", .version = "MDV.1", .is_current = is_current},
                     record);
        tables = made.take();
        counts = record.counts;
        auto [where, wrong] = record.take();
        lineage = std::move(where);
        problems = std::move(wrong);
    }

    const Table& table(std::string_view name) const {
        const auto found = std::ranges::find(tables, name, &Table::name);
        REQUIRE(found != tables.end());
        return *found;
    }
    // "name=value" of all that a row holds.
    static std::string line(const Table& table, const Row& row) {
        std::string out;
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i]) out += (out.empty() ? "" : " ") + table.columns[i].name + "=" + *row[i];
        return out;
    }
    std::vector<std::string> lines(std::string_view name) const {
        std::vector<std::string> out;
        for (const Row& row : table(name).rows) out.push_back(line(table(name), row));
        return out;
    }
    // "problem effect place" of each.
    std::vector<std::string> wrong() const {
        std::vector<std::string> out;
        for (const Row& row : problems.rows)
            out.push_back(*row[10] + ", " + *row[11] + ", " + row[9].value_or("-"));
        return out;
    }

    std::vector<Table> tables;
    Table lineage;
    Table problems;
    Counts counts;
};

using Lines = std::vector<std::string>;
const std::string key = "site=A subject=A-1 visit=V visit_repeat=1 form_repeat=1";

}  // namespace

TEST_CASE(
    "A form is a row of its table, and a row of a repeating group one of a table of its own") {
    const Made made({form({row("VITALS", "1", {item("SYS", "120", 2), item("SEX", "F")}),
                           row("AE", "1", {item("TERM", "Headache"), item("GRADE", "2")}),
                           row("AE", "7", {item("TERM", "Nausea")})})});
    CHECK(made.lines("crf_f") == Lines{key + " form_version=3 study_version=MDV.1 sys=120 sex=F"});
    CHECK(made.lines("crf_f_ae") ==
          Lines{key + " row=1 term=Headache grade=2", key + " row=7 term=Nausea"});
    CHECK(made.wrong().empty());
    CHECK(made.counts.forms.structured == 1);
    CHECK(made.counts.rows.structured == 2);
    CHECK(made.counts.values.structured == 5);
    REQUIRE(made.lineage.rows.size() == 5);
    CHECK(Made::line(made.lineage, made.lineage.rows[1]) ==
          "site=A table_name=crf_f subject=A-1 visit=V visit_repeat=1 form_repeat=1 row= "
          "column_name=sys item=SYS place=/items/VITALS/1/SYS version=2 written=120");
}

TEST_CASE("What was entered is cleaned before it is checked, and the lineage keeps what it was") {
    const Made made({form({row("VITALS", "1", {item("SYS", " ＋１２０\xe3\x80\x80")}),
                           row("LAB", "1", {item("NA", "141.50")})})});
    CHECK(made.wrong() == Lines{"unit, row left out, /items/LAB/1/NA"});
    auto lab = item("NA", "141.50");
    lab.unit = "U.MMOL";
    const Made whole({form(
        {row("VITALS", "1", {item("SYS", " ＋１２０\xe3\x80\x80")}), row("LAB", "1", {lab})})});
    CHECK(whole.lines("crf_f") ==
          Lines{key + " form_version=3 study_version=MDV.1 sys=120 na=141.5 "
                      "na_written=141.50 na_unit=mmol/L"});
    CHECK(whole.lineage.rows[1][11] == " ＋１２０\xe3\x80\x80");
}

TEST_CASE("A row that could not be completed is left out with its reason; others stay") {
    const Made made(
        {form({row("VITALS", "1", {item("SYS", "999"), item("SEX", "F")}),
               row("AE", "1", {item("TERM", "Headache")}), row("AE", "2", {item("GRADE", "1")}),
               row("AE", "3", {item("TERM", " ")})})});
    CHECK(made.lines("crf_f").empty());
    CHECK(made.lines("crf_f_ae") == Lines{key + " row=1 term=Headache"});
    CHECK(made.wrong() == Lines{"range-2, row left out, /items/VITALS/1/SYS",
                                "soft-check, noted, /items/VITALS/1/SYS",
                                "mandatory, row left out, /items/AE/2/TERM",
                                "blank-row, row left out, /items/AE/3"});
    CHECK(made.counts.forms.left_out == 1);
    CHECK(made.counts.rows.left_out == 2);
    CHECK(made.counts.values.left_out == 4);
    CHECK(made.counts.add_up());
}

TEST_CASE("A soft finding is noted until somebody has stood by the value under this version") {
    auto high = item("SYS", "190");
    CHECK(Made({form({row("VITALS", "1", {high})})}).wrong() ==
          Lines{"soft-check, noted, /items/VITALS/1/SYS"});
    high.findings.push_back({.check = "range-1",
                             .severity = capture::Severity::soft,
                             .message = {},
                             .acknowledged = true});
    CHECK(Made({form({row("VITALS", "1", {high})})}).wrong().empty());
    const Made older({form({row("VITALS", "1", {high})})}, false);
    CHECK(older.wrong() == Lines{"soft-check, noted, /items/VITALS/1/SYS"});
    CHECK(older.lines("crf_f").size() == 1);
}

TEST_CASE("What this version does not know is left out by value, and said") {
    const Made made({form({row("VITALS", "1", {item("SYS", "120"), item("OLD", "x")}),
                           row("GONE", "1", {item("SYS", "1"), item("OTHER", "2")}),
                           row("VITALS", "2", {item("SYS", "121")})}),
                     form({row("VITALS", "1", {item("SYS", "120")})}, "F.GONE")});
    CHECK(made.lines("crf_f") == Lines{key + " form_version=3 study_version=MDV.1 sys=120"});
    CHECK(made.wrong() == Lines{"unknown-item, value left out, /items/VITALS/1/OLD",
                                "unknown-group, value left out, /items/GONE/1/OTHER",
                                "unknown-group, value left out, /items/GONE/1/SYS",
                                "not-repeating, value left out, /items/VITALS/2/SYS",
                                "unknown-form, row left out, -"});
    CHECK(made.counts.values.structured == 1);
    CHECK(made.counts.values.left_out == 5);
    CHECK(made.counts.forms.read == 2);
}

TEST_CASE("Why there is no value stands in the lineage, and a removed row nowhere") {
    auto missing = item("SEX", "");
    missing.missing = "REFUSED";
    auto removed = row("AE", "1", {item("TERM", "Headache")});
    removed.removed = capture::Removal{};
    const Made made({form({row("VITALS", "1", {item("SYS", "120"), missing}), removed})});
    CHECK(made.lines("crf_f") == Lines{key + " form_version=3 study_version=MDV.1 sys=120"});
    CHECK(made.lines("crf_f_ae").empty());
    REQUIRE(made.lineage.rows.size() == 2);
    CHECK(made.lineage.rows[0][13] == "REFUSED");
    CHECK_FALSE(made.lineage.rows[0][11]);
}

TEST_CASE("Whatever forms hold, every value is in one cell with its lineage, or in a problem") {
    const std::vector<const char*> raws{"", " ", "120", "190", "400", "F", "x", " M ", "12.50"};
    const std::vector<std::pair<const char*, std::vector<const char*>>> groups{
        {"VITALS", {"SYS", "SEX", "NOTE", "OLD"}},
        {"LAB", {"NA"}},
        {"AE", {"TERM", "GRADE"}},
        {"GONE", {"SYS"}}};
    CHECK_PROPERTY([&] {
        std::vector<capture::Row> rows;
        std::int64_t values = 0;
        for (const auto& [group, oids] : groups)
            for (int repeat = 1; repeat <= *rc::gen::inRange(0, 4); ++repeat) {
                std::vector<capture::Item> items;
                for (const char* oid : oids)
                    items.push_back(item(oid, raws[*rc::gen::inRange<std::size_t>(0, raws.size())],
                                         *rc::gen::inRange(1, 9)));
                rows.push_back(row(group, std::to_string(repeat).c_str(), std::move(items)));
                values += std::ranges::count_if(
                    rows.back().items, [](const capture::Item& one) { return !one.is_empty(); });
            }
        const capture::Form one = form(rows);
        const Made made({one});
        RC_ASSERT(made.counts.add_up());
        RC_ASSERT(made.counts.values.read == values);
        RC_ASSERT(made.counts.values.structured ==
                  static_cast<std::int64_t>(made.lineage.rows.size()));
        // Every lineage row is a stored value at its version; every cell has one.
        std::set<std::string> cells;
        for (const Row& where : made.lineage.rows) {
            const auto at = capture::key_at(*where[9]);
            const capture::Item* stored = one.document.find(at);
            RC_ASSERT(stored != nullptr);
            RC_ASSERT(std::to_string(stored->version) == *where[10]);
            RC_ASSERT(stored->raw == where[11].value_or(""));
            RC_ASSERT(cells.insert(*where[1] + "/" + *where[6] + "/" + *where[7]).second);
        }
        for (const Table& table : made.tables)
            for (const Row& cell : table.rows)
                for (std::size_t i = table.keys; i < cell.size(); ++i) {
                    const bool is_value = table.columns[i].part == Part::value;
                    const std::string at = names_row(table) ? *cell[table.keys - 1] : "";
                    if (is_value && cell[i])
                        RC_ASSERT(
                            cells.contains(table.name + "/" + at + "/" + table.columns[i].name));
                }
    });
}
