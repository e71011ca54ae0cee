// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/moment.h"

#include "tests/support/test.h"

using namespace cohort::questionnaire;

namespace {

std::optional<std::strong_ordering> compared(std::string_view a, std::string_view b) {
    return compare(parse_moment("dateTime", a).value(), parse_moment("dateTime", b).value());
}

}  // namespace

TEST_CASE("Dates and times are read as FHIR writes them, and nothing else") {
    for (const char* good : {"2024", "2024-05", "2024-02-29"}) CHECK(parse_moment("date", good));
    for (const char* bad : {"2023-02-29", "24", "2024-5", "2024-05-UN", "2024-05-06T10:00:00Z", ""})
        CHECK_FALSE(parse_moment("date", bad));
    for (const char* good : {"2024", "2024-05-06T10:00:00Z", "2024-05-06T10:00:00.123+08:00"})
        CHECK(parse_moment("dateTime", good));
    for (const char* bad : {"2024-05-06T10:00:00", "2024-05-06T10:00Z", "2024-05T10:00:00Z",
                            "2024-05-06T24:00:00Z", "2024-05-06T10:00:00+8:00"})
        CHECK_FALSE(parse_moment("dateTime", bad));
    CHECK(parse_moment("time", "23:59:59.5"));
    for (const char* bad : {"10:00", "24:00:00", "10:60:00", "10:00:00Z", "10:00:00."})
        CHECK_FALSE(parse_moment("time", bad));
    CHECK_FALSE(parse_moment("instant", "2024-05-06"));
}

TEST_CASE("What is known only to the month is neither before nor after a day of that month") {
    CHECK(compared("2024-05", "2024-06") == std::strong_ordering::less);
    CHECK(compared("2024-05", "2024-05") == std::strong_ordering::equal);
    CHECK_FALSE(compared("2024-05", "2024-05-06"));
    CHECK_FALSE(compared("2024", "2024-05"));
    CHECK(compared("2024-05-06T10:00:00+08:00", "2024-05-06T02:00:00Z") ==
          std::strong_ordering::equal);
}
