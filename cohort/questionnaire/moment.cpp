// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/moment.h"

#include <algorithm>

#include "cohort/base/time.h"

namespace cohort::questionnaire {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

bool all_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int two(std::string_view text, size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// hh:mm:ss and digits of a second; seconds may not be left out.
std::optional<Moment> time_of(std::string_view text) {
    if (text.size() < 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    if (!all_digits(text.substr(0, 2)) || !all_digits(text.substr(3, 2)) ||
        !all_digits(text.substr(6, 2)))
        return std::nullopt;
    if (two(text, 0) > 23 || two(text, 3) > 59 || two(text, 6) > 59) return std::nullopt;
    std::int64_t ms = ((two(text, 0) * 60 + two(text, 3)) * 60 + two(text, 6)) * std::int64_t{1000};
    if (text.size() > 8) {
        if (text[8] != '.' || !all_digits(text.substr(9))) return std::nullopt;
        std::int64_t unit = 100;
        for (size_t i = 9; i < text.size() && unit > 0; ++i, unit /= 10)
            ms += (text[i] - '0') * unit;
    }
    return Moment{ms, ms, false};
}

std::optional<Moment> date_of_text(std::string_view text) {
    if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
    if (!all_digits(text.substr(text.size() == 4 ? 0 : text.size() - 2))) return std::nullopt;
    const auto date = parse_partial_date(text);
    if (!date) return std::nullopt;
    return Moment{to_days(date->earliest()) * day_ms, (to_days(date->latest()) + 1) * day_ms - 1};
}

// The offset at the end in milliseconds, cut off; nothing when there is none.
std::optional<std::int64_t> take_offset(std::string_view& text) {
    if (text.ends_with('Z')) {
        text.remove_suffix(1);
        return 0;
    }
    if (text.size() < 6) return std::nullopt;
    const std::string_view zone = text.substr(text.size() - 6);
    if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !all_digits(zone.substr(1, 2)) ||
        !all_digits(zone.substr(4)) || two(zone, 1) > 14 || two(zone, 4) > 59)
        return std::nullopt;
    text.remove_suffix(6);
    const std::int64_t ms = (two(zone, 1) * 60 + two(zone, 4)) * std::int64_t{60'000};
    return zone[0] == '-' ? -ms : ms;
}

std::optional<Moment> date_time_of(std::string_view text) {
    const auto at = text.find('T');
    if (at == std::string_view::npos) return date_of_text(text);
    if (at != 10) return std::nullopt;
    const auto day = date_of_text(text.substr(0, 10));
    std::string_view rest = text.substr(11);
    const auto offset = take_offset(rest);
    if (!day || !offset) return std::nullopt;
    const auto time = time_of(rest);
    if (!time) return std::nullopt;
    const std::int64_t ms = day->earliest_ms + time->earliest_ms - *offset;
    return Moment{ms, ms, true};
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view type, std::string_view text) {
    if (type == "time") return time_of(text);
    if (type == "date") return date_of_text(text);
    if (type == "dateTime") return date_time_of(text);
    if (type == "instant" && text.find('T') != std::string_view::npos) return date_time_of(text);
    return std::nullopt;
}

std::optional<std::strong_ordering> compare(const Moment& a, const Moment& b) {
    if (a.latest_ms < b.earliest_ms) return std::strong_ordering::less;
    if (a.earliest_ms > b.latest_ms) return std::strong_ordering::greater;
    if (a.earliest_ms == b.earliest_ms && a.latest_ms == b.latest_ms)
        return std::strong_ordering::equal;
    return std::nullopt;
}

}  // namespace cohort::questionnaire
