// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/time.h"

#include <string>

#include "tests/support/test.h"

namespace cohort {

TEST_CASE("a time is read in every form of RFC 3339 and written in one") {
    const auto written = [](const char* text) { return to_rfc3339(parse_instant(text).value()); };
    CHECK(written("2024-05-06T07:08:09.123Z") == "2024-05-06T07:08:09.123Z");
    CHECK(written("2024-05-06t07:08:09z") == "2024-05-06T07:08:09.000Z");
    CHECK(written("2024-05-06T07:08:09.1Z") == "2024-05-06T07:08:09.100Z");
    CHECK(written("2024-05-06T07:08:09.1239999Z") == "2024-05-06T07:08:09.123Z");
    CHECK(written("2024-05-06T07:08:09+08:00") == "2024-05-05T23:08:09.000Z");
    CHECK(written("2024-02-28T23:30:00-01:00") == "2024-02-29T00:30:00.000Z");
    CHECK(written("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999Z");
    CHECK(written("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00.000Z");
    CHECK(written("9999-12-31T23:59:59.999Z") == "9999-12-31T23:59:59.999Z");
    CHECK(parse_instant("1970-01-01T00:00:01Z").value() == Instant{1000});
}

TEST_CASE("what is no time is refused") {
    for (const char* bad :
         {"", "2024-05-06", "2024-05-06T07:08:09", "2024-05-06 07:08:09Z", "2024-5-06T07:08:09Z",
          "2024-02-30T07:08:09Z", "2023-02-29T07:08:09Z", "2024-13-01T07:08:09Z",
          "2024-05-06T24:00:00Z", "2024-05-06T07:60:00Z", "2024-05-06T07:08:60Z",
          "2024-05-06T07:08:09.Z", "2024-05-06T07:08:09Zx", "2024-05-06T07:08:09+0800",
          "2024-05-06T07:08:09+24:00", "0000-05-06T07:08:09Z", "2024-05-06T07:08:09,1Z",
          "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00+00:01"}) {
        CAPTURE(bad);
        CHECK(parse_instant(bad).error().code == "bad-time");
    }
}

TEST_CASE("days count over leap years in both directions") {
    CHECK(to_days({1970, 1, 1}) == 0);
    CHECK(to_days({2000, 3, 1}) - to_days({2000, 2, 28}) == 2);
    CHECK(to_days({1900, 3, 1}) - to_days({1900, 2, 28}) == 1);
    for (const std::int64_t day : {-719'162, -1, 0, 1, 19'000, 2'932'896})
        CHECK(to_days(from_days(day)) == day);
    CHECK(date_of(Instant{-1}) == CivilDate{1969, 12, 31});
}

TEST_CASE("a date has a day that its month has") {
    CHECK(parse_date("2024-02-29").value() == CivilDate{2024, 2, 29});
    for (const char* bad : {"2023-02-29", "2024-00-01", "2024-01-00", "2024-1-1", "2024-01-01x"})
        CHECK(parse_date(bad).error().code == "bad-date");
}

TEST_CASE("a partial date keeps what is known and guesses nothing") {
    const auto read = [](const char* text) { return parse_partial_date(text).value(); };
    CHECK(to_string(read("2024")) == "2024");
    CHECK(to_string(read("2024-05")) == "2024-05");
    CHECK(to_string(read("2024-05-06")) == "2024-05-06");
    CHECK(to_string(read("2024-05-UN")) == "2024-05");
    CHECK(to_string(read("2024-UN-UN")) == "2024");
    CHECK(to_string(read("2024-UN")) == "2024");
    CHECK_FALSE(read("2024-05-UN").complete());
    CHECK(read("2024-02").earliest() == CivilDate{2024, 2, 1});
    CHECK(read("2024-02").latest() == CivilDate{2024, 2, 29});
    CHECK(read("2023").latest() == CivilDate{2023, 12, 31});
    CHECK(read("2023-04-05").latest() == CivilDate{2023, 4, 5});
}

TEST_CASE("what is no partial date is refused") {
    for (const char* bad :
         {"", "24", "2024-", "2024-5", "2024-13", "2024-02-30", "2024-05-un", "UN", "UN-05-06",
          "2024-UN-06", "2024-UN-UN-UN", "2024-05-06-UN", "2024-05-UN-UN"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_partial_date(bad).ok());
    }
}

}  // namespace cohort
