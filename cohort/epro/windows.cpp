// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/windows.h"

#include <algorithm>
#include <string>

namespace cohort::epro {

namespace {

constexpr int day_minutes = 24 * 60;
constexpr int days_max = 3660;
constexpr int times_max = 1000;

// 24:00 is the midnight that the next day begins with.
Instant moment(const zones::Zone& zone, std::int64_t day, int minute) {
    return zone.moment(from_days(day + minute / day_minutes), minute % day_minutes);
}

bool is_within(int value, int least, int most) {
    return least <= value && value <= most;
}

}  // namespace

Result<void> check_timing(const Timing& t) {
    const bool is_bounded =
        is_within(t.first_day, 0, days_max) && is_within(t.every_days, 1, days_max) &&
        is_within(t.times, 1, times_max) && is_within(t.opens_minute, 0, day_minutes - 1) &&
        is_within(t.due_minute, 1, day_minutes) && is_within(t.due_days, 0, days_max) &&
        is_within(t.late_days, 0, days_max);
    const bool is_last_bounded = is_bounded && t.first_day + t.every_days * (t.times - 1) <= 36600;
    if (!is_last_bounded)
        return invalid("bad-timing", "The days, times or hours are out of bounds.");
    if (t.due_days == 0 && t.due_minute <= t.opens_minute)
        return invalid("bad-timing", "It would be due before it opens.");
    return {};
}

Window window_of(const Timing& timing, const CivilDate& start, const zones::Zone& zone,
                 int number) {
    const std::int64_t first = to_days(start) + timing.first_day;
    const std::int64_t day = first + std::int64_t{timing.every_days} * (number - 1);
    const std::int64_t due_day = day + timing.due_days;
    return {.number = number,
            .day = from_days(day),
            .opens = moment(zone, day, timing.opens_minute),
            .due = moment(zone, due_day, timing.due_minute),
            .closes = moment(zone, due_day + timing.late_days, timing.due_minute)};
}

std::string_view to_string(TaskState state) noexcept {
    switch (state) {
        case TaskState::upcoming:
            return "upcoming";
        case TaskState::open:
            return "open";
        case TaskState::late:
            return "late";
        case TaskState::done:
            return "done";
        case TaskState::missed:
            return "missed";
        case TaskState::excused:
            break;
    }
    return "excused";
}

TaskState state_of(const Window& window, bool is_answered, const std::vector<Pause>& pauses,
                   Instant at) {
    if (is_answered) return TaskState::done;
    if (at < window.opens) return TaskState::upcoming;
    if (at < window.due) return TaskState::open;
    if (at < window.closes) return TaskState::late;
    const bool rested = std::ranges::any_of(pauses, [&](const Pause& pause) {
        return pause.from < window.closes && (!pause.until || window.opens < *pause.until);
    });
    return rested ? TaskState::excused : TaskState::missed;
}

Result<int> parse_time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t at) { return text[at] - '0'; };
    const bool is_shaped = text.size() == 5 && text[2] == ':' &&
                           std::ranges::all_of(std::string{text[0], text[1], text[3], text[4]},
                                               [](char c) { return '0' <= c && c <= '9'; });
    const int minute = is_shaped ? (digit(0) * 10 + digit(1)) * 60 + digit(3) * 10 + digit(4) : -1;
    if (minute < 0 || minute > day_minutes || digit(3) > 5)
        return invalid("bad-timing", "A time of day is written like 08:30.");
    return minute;
}

std::string time_of_day(int minute) {
    const auto two = [](int number) {
        return std::string{static_cast<char>('0' + number / 10),
                           static_cast<char>('0' + number % 10)};
    };
    return two(minute / 60) + ":" + two(minute % 60);
}

}  // namespace cohort::epro
