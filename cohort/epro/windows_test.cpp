// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/windows.h"

#include "tests/support/test.h"

namespace cohort::epro {

namespace {

zones::Zone zone(const char* name) {
    return zones::load(name).value();
}

Instant at(const char* text) {
    return parse_instant(text).value();
}

std::string line(const Window& window) {
    return to_string(window.day) + " " + to_rfc3339(window.opens) + " " + to_rfc3339(window.due) +
           " " + to_rfc3339(window.closes);
}

}  // namespace

TEST_CASE(
    "a window's times are those of the site's clocks, also on the days on which they change") {
    const Timing daily{.every_days = 1,
                       .times = 3,
                       .opens_minute = 2 * 60 + 30,
                       .due_minute = 20 * 60,
                       .late_days = 1};
    const auto berlin = [&](const CivilDate& start, int number) {
        return line(window_of(daily, start, zone("Europe/Berlin"), number));
    };
    CHECK(berlin({2024, 3, 30}, 1) ==
          "2024-03-30 2024-03-30T01:30:00.000Z 2024-03-30T19:00:00.000Z 2024-03-31T18:00:00.000Z");
    // Half past two is left out: it opens when the clocks are put forward.
    CHECK(berlin({2024, 3, 30}, 2) ==
          "2024-03-31 2024-03-31T01:00:00.000Z 2024-03-31T18:00:00.000Z 2024-04-01T18:00:00.000Z");
    CHECK(berlin({2024, 3, 30}, 3) ==
          "2024-04-01 2024-04-01T00:30:00.000Z 2024-04-01T18:00:00.000Z 2024-04-02T18:00:00.000Z");
    // Half past two is there twice: the first counts.
    CHECK(berlin({2024, 10, 27}, 1) ==
          "2024-10-27 2024-10-27T00:30:00.000Z 2024-10-27T19:00:00.000Z 2024-10-28T19:00:00.000Z");
    CHECK(line(window_of({}, {2024, 3, 31}, zone("Asia/Shanghai"), 1)) ==
          "2024-03-31 2024-03-30T16:00:00.000Z 2024-03-31T16:00:00.000Z 2024-03-31T16:00:00.000Z");
}

TEST_CASE("days are counted from the start, over the ends of months and years") {
    const Timing weekly{.first_day = 3, .every_days = 7, .times = 2, .due_days = 2};
    const CivilDate start{2023, 12, 26};
    CHECK(line(window_of(weekly, start, {}, 1)) ==
          "2023-12-29 2023-12-29T00:00:00.000Z 2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.000Z");
    CHECK(line(window_of(weekly, start, {}, 2)) ==
          "2024-01-05 2024-01-05T00:00:00.000Z 2024-01-08T00:00:00.000Z 2024-01-08T00:00:00.000Z");
}

TEST_CASE("a window is upcoming, open, late and missed, each from its first moment on") {
    const Window window{.day = {2024, 5, 6},
                        .opens = at("2024-05-06T08:00:00Z"),
                        .due = at("2024-05-06T20:00:00Z"),
                        .closes = at("2024-05-07T20:00:00Z")};
    const auto state = [&](const char* when, bool answered = false) {
        return std::string(to_string(state_of(window, answered, {}, at(when))));
    };
    CHECK(state("2024-05-06T07:59:59.999Z") == "upcoming");
    CHECK(state("2024-05-06T08:00:00Z") == "open");
    CHECK(state("2024-05-06T19:59:59.999Z") == "open");
    CHECK(state("2024-05-06T20:00:00Z") == "late");
    CHECK(state("2024-05-07T19:59:59.999Z") == "late");
    CHECK(state("2024-05-07T20:00:00Z") == "missed");
    CHECK(state("2024-05-07T20:00:00Z", true) == "done");
}

TEST_CASE("nothing is missed of a window in some of whose time the study rested") {
    const Window window{.day = {2024, 5, 6},
                        .opens = at("2024-05-06T08:00:00Z"),
                        .due = at("2024-05-06T20:00:00Z"),
                        .closes = at("2024-05-06T20:00:00Z")};
    const auto after = [&](const Pause& pause) {
        return std::string(to_string(state_of(window, false, {pause}, at("2024-06-01T00:00:00Z"))));
    };
    CHECK(after({at("2024-05-06T19:00:00Z"), std::nullopt}) == "excused");
    CHECK(after({at("2024-05-06T10:00:00Z"), at("2024-05-06T10:01:00Z")}) == "excused");
    CHECK(after({at("2024-05-01T00:00:00Z"), at("2024-05-06T08:00:00Z")}) == "missed");
    CHECK(after({at("2024-05-06T20:00:00Z"), std::nullopt}) == "missed");
}

TEST_CASE("a timing that could never be kept is refused") {
    CHECK(check_timing({}));
    CHECK(check_timing({.opens_minute = 1200, .due_minute = 480, .due_days = 1}));
    for (const Timing& bad :
         {Timing{.opens_minute = 480, .due_minute = 480}, Timing{.times = 0}, Timing{.times = 1001},
          Timing{.every_days = 0}, Timing{.first_day = -1}, Timing{.late_days = -1},
          Timing{.every_days = 3660, .times = 1000}, Timing{.opens_minute = 1440}})
        CHECK(check_timing(bad).error().code == "bad-timing");
}

TEST_CASE("a time of day is read and written the same, and nothing else is one") {
    for (const char* text : {"00:00", "08:30", "23:59", "24:00"})
        CHECK(time_of_day(parse_time_of_day(text).value()) == text);
    for (const char* text : {"", "8:30", "08:60", "24:01", "08-30", "0a:30", "08:300", "-1:30"})
        CHECK_FALSE(parse_time_of_day(text));
}

}  // namespace cohort::epro
