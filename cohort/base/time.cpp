// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/time.h"

#include <chrono>
#include <cstdio>

#include "weft/time.h"

namespace cohort {

namespace {

constexpr std::int64_t ms_per_day = 86'400'000;

// Takes digits from the front of a text. One wrong character makes everything after it wrong.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits) return fail();
        for (std::size_t i = 0; i < digits; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') return fail();
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    bool take(char a, char b) {
        if (rest_.empty() || (rest_[0] != a && rest_[0] != b)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    bool take(char c) { return take(c, c); }
    void need(char a, char b) {
        if (!take(a, b)) fail();
    }
    void need(char c) { need(c, c); }

    // ".123456" as milliseconds; at least one digit after the point, the rest is cut off.
    int fraction() {
        int ms = 0;
        int digits = 0;
        while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
            if (digits < 3) ms = ms * 10 + (rest_[0] - '0');
            ++digits;
            rest_.remove_prefix(1);
        }
        if (digits == 0) return fail();
        for (int i = digits; i < 3; ++i) ms *= 10;
        return ms;
    }

    bool done() const { return ok_ && rest_.empty(); }

  private:
    int fail() {
        ok_ = false;
        rest_ = {};
        return 0;
    }
    std::string_view rest_;
    bool ok_ = true;
};

bool exists(const CivilDate& d) {
    using namespace std::chrono;
    return d.year >= 1 && d.year <= 9999 &&
           year_month_day{year{d.year}, month{d.month}, day{d.day}}.ok();
}

unsigned days_in(int y, unsigned m) {
    using namespace std::chrono;
    return static_cast<unsigned>(year_month_day_last{year{y}, month_day_last{month{m}}}.day());
}

// Minutes east of UTC.
int offset_minutes(Reader& in, bool& in_range) {
    if (in.take('Z', 'z')) return 0;
    const bool west = in.take('-');
    if (!west) in.need('+');
    const int hours = in.number(2);
    in.need(':');
    const int minutes = in.number(2);
    in_range = hours < 24 && minutes < 60;
    return (west ? -1 : 1) * (hours * 60 + minutes);
}

}  // namespace

Instant now() noexcept {
    return Instant{weft::wall_now().time_since_epoch().count()};
}

std::string to_rfc3339(Instant at) {
    const CivilDate date = date_of(at);
    const std::int64_t ms = at.ms - to_days(date) * ms_per_day;
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", date.year, date.month,
                  date.day, static_cast<int>(ms / 3'600'000), static_cast<int>(ms / 60'000 % 60),
                  static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
    return text;
}

static CivilDate read_date(Reader& in) {
    CivilDate date;
    date.year = in.number(4);
    in.need('-');
    date.month = static_cast<unsigned>(in.number(2));
    in.need('-');
    date.day = static_cast<unsigned>(in.number(2));
    return date;
}

Result<Instant> parse_instant(std::string_view text) {
    Reader in(text);
    const CivilDate date = read_date(in);
    in.need('T', 't');
    const int hour = in.number(2);
    in.need(':');
    const int minute = in.number(2);
    in.need(':');
    const int second = in.number(2);
    const int ms = in.take('.') ? in.fraction() : 0;
    bool offset_ok = true;
    const int offset = offset_minutes(in, offset_ok);
    if (!in.done() || !offset_ok || !exists(date) || hour > 23 || minute > 59 || second > 59)
        return invalid("bad-time", "a time is written like 2024-05-06T07:08:09.123Z");
    const std::int64_t minutes = (to_days(date) * 24 + hour) * 60 + minute - offset;
    const Instant at{(minutes * 60 + second) * 1000 + ms};
    // An offset may lead out of the years that can be written.
    if (!exists(date_of(at))) return invalid("bad-time", "a time lies in the years 0001 to 9999");
    return at;
}

std::string to_string(const CivilDate& date) {
    char text[40];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", date.year, date.month, date.day);
    return text;
}

Result<CivilDate> parse_date(std::string_view text) {
    Reader in(text);
    const CivilDate date = read_date(in);
    if (!in.done() || !exists(date))
        return invalid("bad-date", "a date is written like 2024-05-06");
    return date;
}

std::int64_t to_days(const CivilDate& d) noexcept {
    using namespace std::chrono;
    return sys_days{year{d.year} / month{d.month} / day{d.day}}.time_since_epoch().count();
}

CivilDate from_days(std::int64_t days) noexcept {
    using namespace std::chrono;
    const year_month_day ymd{sys_days{std::chrono::days{days}}};
    return {static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
            static_cast<unsigned>(ymd.day())};
}

CivilDate date_of(Instant at) noexcept {
    const std::int64_t days = at.ms / ms_per_day - (at.ms % ms_per_day < 0 ? 1 : 0);
    return from_days(days);
}

CivilDate PartialDate::earliest() const noexcept {
    return {year, month.value_or(1), day.value_or(1)};
}

CivilDate PartialDate::latest() const noexcept {
    const unsigned last_month = month.value_or(12);
    return {year, last_month, day ? *day : days_in(year, last_month)};
}

std::string to_string(const PartialDate& date) {
    char text[40];
    if (!date.month)
        std::snprintf(text, sizeof text, "%04d", date.year);
    else if (!date.day)
        std::snprintf(text, sizeof text, "%04d-%02u", date.year, *date.month);
    else
        return to_string(CivilDate{date.year, *date.month, *date.day});
    return text;
}

Result<PartialDate> parse_partial_date(std::string_view text) {
    const Error bad =
        invalid("bad-date", "a date is written like 2024, 2024-05, 2024-05-06 or 2024-05-UN");
    std::string_view known = text;
    if (known.size() > 4 && known.ends_with("-UN")) known.remove_suffix(3);
    if (text.size() == 10 && known.ends_with("-UN")) known.remove_suffix(3);
    Reader in(known);
    PartialDate date;
    date.year = in.number(4);
    if (known.size() > 4) {
        in.need('-');
        date.month = static_cast<unsigned>(in.number(2));
    }
    if (known.size() > 7) {
        in.need('-');
        date.day = static_cast<unsigned>(in.number(2));
    }
    const bool known_day_is_last = known.size() < 10 || text.size() == 10;
    if (!in.done() || !known_day_is_last || date.month.value_or(1) < 1 ||
        date.month.value_or(1) > 12 || !exists(date.earliest()))
        return bad;
    return date;
}

}  // namespace cohort
