// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/chart.h"

#include "tests/support/test.h"

namespace cohort::report {

static CivilDate day(const char* text) {
    return parse_date(text).value();
}

static std::string ticks_of(double low, double high) {
    std::string text;
    for (const double value : ticks(low, high))
        text += (text.empty() ? "" : " ") + tick_text(value);
    return text;
}

TEST_CASE("ticks are round numbers that enclose the values") {
    CHECK(ticks_of(0, 27) == "0 10 20 30");
    CHECK(ticks_of(3, 21) == "0 5 10 15 20 25");
    CHECK(ticks_of(0, 1) == "0 0.2 0.4 0.6 0.8 1");
    CHECK(ticks_of(0, 100) == "0 20 40 60 80 100");
    CHECK(ticks_of(36.4, 38.9) == "36 36.5 37 37.5 38 38.5 39");
    CHECK(ticks_of(-3, 4) == "-4 -2 0 2 4");
    CHECK(ticks_of(0.1, 0.3) == "0.1 0.15 0.2 0.25 0.3");
}

TEST_CASE("one value alone has ticks on both sides") {
    CHECK(ticks_of(7, 7) == "6 6.5 7 7.5 8");
    CHECK(ticks_of(0, 0) == "-1 -0.5 0 0.5 1");
}

TEST_CASE("points lie in proportion to days and values, and within the box") {
    const Score score{
        .name = "PHQ-9",
        .trend = {{day("2026-01-01"), 20}, {day("2026-01-11"), 10}, {day("2026-02-10"), 0}},
        .lowest = 0,
        .highest = 20};
    const Chart made = chart(score, {100, 50, 400, 100}, 60);
    REQUIRE(made.points.size() == 3);
    CHECK(made.points[0].x == doctest::Approx(100));
    CHECK(made.points[1].x == doctest::Approx(200));
    CHECK(made.points[2].x == doctest::Approx(500));
    CHECK(made.points[0].y == doctest::Approx(50));
    CHECK(made.points[1].y == doctest::Approx(100));
    CHECK(made.points[2].y == doctest::Approx(150));
    CHECK(made.values.front().text == "0");
    CHECK(made.values.front().at == doctest::Approx(150));
}

TEST_CASE("values beyond the bounds that were said widen the chart and are not cut off") {
    const Score score{.name = "x",
                      .trend = {{day("2026-01-01"), -3}, {day("2026-01-02"), 40}},
                      .lowest = 0,
                      .highest = 27};
    const Box box{0, 0, 100, 100};
    for (const pdf::Point& point : chart(score, box, 60).points) {
        CHECK(point.y >= 0);
        CHECK(point.y <= 100);
    }
}

TEST_CASE(
    "days are named so far from each other that they do not touch, the first and last always") {
    Score score{.name = "x"};
    for (int i = 0; i < 30; ++i) score.trend.push_back({from_days(20'000 + i), 1.0 * i});
    const Chart made = chart(score, {0, 0, 400, 100}, 62);
    CHECK(made.days.front().text == to_string(from_days(20'000)));
    CHECK(made.days.back().text == to_string(from_days(20'029)));
    for (std::size_t i = 1; i < made.days.size(); ++i)
        CHECK(made.days[i].at - made.days[i - 1].at >= 62);
}

TEST_CASE("several values of one day stand above each other") {
    const Score score{.name = "x", .trend = {{day("2026-01-01"), 1}, {day("2026-01-01"), 2}}};
    const Chart made = chart(score, {0, 0, 100, 100}, 62);
    CHECK(made.points[0].x == doctest::Approx(50));
    CHECK(made.points[1].x == doctest::Approx(50));
    CHECK(made.days.size() == 1);
}

}  // namespace cohort::report
