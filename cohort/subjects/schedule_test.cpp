// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/schedule.h"

#include "tests/support/test.h"

namespace cohort::subjects {

TEST_CASE("a visit is due within its window and overdue after it, by the calendar") {
    const auto planned = plan(study::VisitWindow{.day = 28, .minus = 3, .plus = 2},
                              CivilDate{.year = 2024, .month = 2, .day = 1});
    REQUIRE(planned);
    CHECK(to_string(planned->target) == "2024-02-29");
    struct Case {
        const char* today;
        Due due;
    };
    const Case cases[] = {
        {"2024-01-01", Due::not_due}, {"2024-02-25", Due::not_due}, {"2024-02-26", Due::due},
        {"2024-02-29", Due::due},     {"2024-03-02", Due::due},     {"2024-03-03", Due::overdue},
    };
    for (const Case& c : cases) {
        CAPTURE(c.today);
        CHECK(due_on(planned, *parse_date(c.today)) == c.due);
    }
}

TEST_CASE("without a window or a day of enrolment nothing is ever due") {
    const CivilDate day{.year = 2024, .month = 2, .day = 1};
    CHECK_FALSE(plan(std::nullopt, day));
    CHECK_FALSE(plan(study::VisitWindow{.day = 1}, std::nullopt));
    CHECK(due_on(std::nullopt, day) == Due::not_due);
}

}  // namespace cohort::subjects
