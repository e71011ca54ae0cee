// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/table.h"

#include "weft/blocking.h"
#include "weft/run.h"

#include "cohort/analysis/csv.h"
#include "cohort/analysis/sql.h"
#include "cohort/migrations/test_store.h"
#include "tests/support/postgres.h"
#include "tests/support/property.h"

using namespace cohort;
using namespace cohort::analysis;

namespace {

Table vitals() {
    Table table{.name = "crf_vs", .source = "F.VS", .keys = 2, .columns = {}};
    table.add({.name = "site"});
    table.add({.name = "subject"});
    table.add({.name = "weight", .type = Type::decimal, .part = Part::value, .item = "I.WT"});
    table.add({.name = "note", .part = Part::value, .item = "I.NOTE"});
    table.add({.name = "fasting", .type = Type::boolean, .part = Part::value, .item = "I.F"});
    return table;
}

// The text of RFC 4180 read back, told apart: nothing, and an empty text.
std::vector<Row> read_csv(const std::string& text) {
    std::vector<Row> rows;
    Row row;
    std::size_t at = 0;
    while (at < text.size()) {
        Cell cell;
        if (text[at] == '"') {
            cell = "";
            for (++at; text[at] != '"' || text[at + 1] == '"'; ++at) {
                if (text[at] == '"') ++at;
                *cell += text[at];
            }
            ++at;
        } else if (text[at] != ',' && text[at] != '\r') {
            const std::size_t end = text.find_first_of(",\r", at);
            cell = text.substr(at, end - at);
            at = end;
        }
        row.push_back(cell);
        if (text[at] == ',') {
            ++at;
            continue;
        }
        at += 2;
        rows.push_back(std::exchange(row, {}));
    }
    return rows;
}

// Runs the statements without BEGIN and COMMIT: a store's script is a transaction already.
void run_sql(db::Db& db, std::string sql) {
    sql = sql.substr(sql.find('\n') + 1);
    sql.resize(sql.rfind("COMMIT"));
    CHECK(db.transact([&](db::Tx& tx) { return tx.script(sql); }).ok());
}

}  // namespace

TEST_CASE("Whatever a cell holds, CSV gives it back, and tells nothing from an empty text") {
    CHECK_PROPERTY([](const std::vector<std::string>& texts) {
        Table table{.name = "t", .source = {}, .keys = 0, .columns = {}};
        table.add({.name = "a"});
        table.add({.name = "b"});
        for (const std::string& text : texts) table.rows.push_back({text, std::nullopt});
        auto rows = read_csv(to_csv(table));
        RC_ASSERT(!rows.empty());
        rows.erase(rows.begin());
        RC_ASSERT(rows == table.rows);
    });
}

TEST_CASE("A file of CSV has its names first, ends lines in CR LF and quotes only what needs it") {
    Table table = vitals();
    table.rows = {{"A", "A-1", "72.5", "said \"no\", twice", "true"},
                  {"A", "A-2", std::nullopt, "two\nlines", std::nullopt}};
    CHECK(to_csv(table) ==
          "site,subject,weight,note,fasting\r\n"
          "A,A-1,72.5,\"said \"\"no\"\", twice\",true\r\n"
          "A,A-2,,\"two\nlines\",\r\n");
}

TEST_CASE(
    "Statements run again give the same rows, and leave those of other sites, in both stores") {
    for (const bool is_embedded : {true, false}) {
        CAPTURE(is_embedded);
        CHECK(weft::run([&] {
                  db::Options options;
                  if (!is_embedded)
                      options.postgres = weft::blocking("create a database", [] {
                          return test::PostgresServer::shared().create_database();
                      });
                  const migrations::TestStore store(options);
                  Table table = vitals();
                  table.rows = {{"A", "A-1", "72.5", "it's", "true"},
                                {"A", "A-2", std::nullopt, std::nullopt, "false"}};
                  for (int i = 0; i < 2; ++i) run_sql(*store.db, to_sql({&table}, "A"));
                  table.rows = {{"B", "B-1", "1", "x", std::nullopt}};
                  run_sql(*store.db, to_sql({&table}, "B"));
                  table.rows = {{"A", "A-1", "73", "it's", "true"}};
                  run_sql(*store.db, to_sql({&table}, "A"));
                  const auto rows = store.db->read([](db::Tx& tx) {
                      return tx.all(
                          "SELECT subject, note FROM crf_vs WHERE weight > 0.5 ORDER BY subject");
                  });
                  REQUIRE(rows.ok());
                  REQUIRE(rows->size() == 2);
                  CHECK((*rows)[0].get<std::string>(0) == "A-1");
                  CHECK((*rows)[0].get<std::string>(1) == "it's");
                  CHECK((*rows)[1].get<std::string>(0) == "B-1");
              }) == 0);
    }
}

TEST_CASE("Names are plain, none is given twice, and a suffix never meets another name") {
    Names names({"site"});
    CHECK(names.take("I.DM.Birth-Date") == "i_dm_birth_date");
    CHECK(names.take("I_DM_BIRTH.DATE") == "i_dm_birth_date_2");
    CHECK(names.take("Site") == "site_2");
    CHECK(names.take("体重") == "n");
    CHECK(names.take("1st") == "n1st");
    CHECK(names.take("weight", {"_unit"}) == "weight");
    CHECK(names.take("weight_unit") == "weight_unit_2");
    CHECK(names.take("x_label") == "x_label");
    CHECK(names.take("x", {"_label"}) == "x_2");
    CHECK(names.take(std::string(200, 'a')).size() == 40);
}

TEST_CASE("Rows stand in the order of their keys, whatever the order they came in") {
    Table table = vitals();
    table.rows = {{"A", "A-2", "1", "", "true"}, {"A", "A-10", "2", "", "true"}};
    table.sort_rows();
    CHECK(table.rows[0][1] == "A-10");
}
