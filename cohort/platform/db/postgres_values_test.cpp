// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/postgres_values.h"

#include <limits>

#include "tests/support/test.h"

namespace cohort::db {

TEST_CASE("question marks become numbers, except in texts, names and comments") {
    const auto out = numbered("SELECT '?', \"?\", 'it''s ?' -- ?\nFROM a WHERE b = ? AND c = ?");
    CHECK(out.sql == "SELECT '?', \"?\", 'it''s ?' -- ?\nFROM a WHERE b = $1 AND c = $2");
    CHECK(out.parameters == 2);
    CHECK(numbered("'never closed ?").parameters == 0);
    CHECK(numbered("-- to the end ?").parameters == 0);
    CHECK(numbered("").sql.empty());
}

TEST_CASE("parameters carry their types, and a text keeps its length") {
    const Values values{to_value(1), to_value(std::string("a\0b", 3)), Value(), to_value(0.5),
                        Blob{"\xff"}};
    const PostgresParameters parameters(values);
    CHECK(parameters.letters() == "itndb");
    CHECK(parameters.lengths()[1] == 3);
    CHECK(parameters.values()[2] == nullptr);
    CHECK(std::string(parameters.values()[0], 8) == std::string("\0\0\0\0\0\0\0\1", 8));
}

TEST_CASE("cells are what SQLite would give for the same statement") {
    CHECK(postgres_cell(16, "t") == Value(std::int64_t{1}));
    CHECK(postgres_cell(16, "f") == Value(std::int64_t{0}));
    CHECK(postgres_cell(20, "-9223372036854775808") ==
          Value(std::numeric_limits<std::int64_t>::min()));
    CHECK(postgres_cell(1700, "12") == Value(std::int64_t{12}));
    CHECK(postgres_cell(1700, "12.5") == Value(12.5));
    CHECK(postgres_cell(701, "1e+300") == Value(1e300));
    CHECK(postgres_cell(17, "\\x00ff7a") == Value(Blob{std::string("\0\xffz", 3)}));
    CHECK(postgres_cell(25, "12") == Value(std::string("12")));
}

TEST_CASE("a server's state is one of our errors, and only some may run again") {
    CHECK(error_of_state("23505").code == "already-exists");
    CHECK(error_of_state("42P07").code == "already-exists");
    CHECK(error_of_state("42710").code == "already-exists");
    CHECK(error_of_state("23503").code == "foreign-key");
    CHECK(error_of_state("23514").code == "store-sql");
    CHECK(error_of_state("53100").code == "store-full");
    CHECK(error_of_state("53300").code == "store-busy");
    CHECK(error_of_state("57014").code == "interrupted");
    CHECK(error_of_state("57P01").code == "store-unreachable");
    CHECK(error_of_state("22021").code == "bad-text");
    CHECK(error_of_state("54000").code == "too-large");
    CHECK(error_of_state("XX001").code == "store-unreadable");
    CHECK(error_of_state("58030").code == "store-io");
    CHECK(error_of_state("42601").code == "store-sql");
    CHECK(may_run_again("40001"));
    CHECK(may_run_again("40P01"));
    CHECK_FALSE(may_run_again("23505"));
    CHECK_FALSE(may_run_again(""));
}

}  // namespace cohort::db
