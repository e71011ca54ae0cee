// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort {

/// A moment. Units: milliseconds of UTC since 1970.
struct Instant {
    std::int64_t ms = 0;

    friend bool operator==(const Instant&, const Instant&) = default;
    friend auto operator<=>(const Instant&, const Instant&) = default;
};

/// The present, from weft's calendar clock (virtual in the simulator).
Instant now() noexcept;

/// "2024-05-06T07:08:09.123Z": always UTC, always three digits of milliseconds.
std::string to_rfc3339(Instant at);

/// Reads a moment with any offset. Digits below a millisecond are cut off; a leap second (":60")
/// is refused, because it cannot be stored without guessing.
/// Errors: invalid/bad-time.
/// Source: RFC 3339 §5.6; years 0001..9999.
Result<Instant> parse_instant(std::string_view text);

/// A day of the calendar, without zone or time.
struct CivilDate {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;

    friend bool operator==(const CivilDate&, const CivilDate&) = default;
    friend auto operator<=>(const CivilDate&, const CivilDate&) = default;
};

std::string to_string(const CivilDate& date);

/// Errors: invalid/bad-date (also for a day the month does not have).
Result<CivilDate> parse_date(std::string_view text);

/// Days since 1970-01-01, negative before.
std::int64_t to_days(const CivilDate& date) noexcept;
CivilDate from_days(std::int64_t days) noexcept;

/// The day of a moment in UTC.
CivilDate date_of(Instant at) noexcept;

/// A date as a person knows it: a year, a month or a day. What is not known is never guessed.
struct PartialDate {
    int year = 0;
    std::optional<unsigned> month;
    std::optional<unsigned> day;  ///< only with a month

    bool complete() const noexcept { return month && day; }

    /// The first and the last day it may mean.
    CivilDate earliest() const noexcept;
    CivilDate latest() const noexcept;

    friend bool operator==(const PartialDate&, const PartialDate&) = default;
};

/// "2024", "2024-05" or "2024-05-06".
std::string to_string(const PartialDate& date);

/// Reads "2024", "2024-05", "2024-05-06", and the forms that say "unknown": "2024-05-UN",
/// "2024-UN-UN", "2024-UN".
/// Errors: invalid/bad-date.
Result<PartialDate> parse_partial_date(std::string_view text);

}  // namespace cohort
