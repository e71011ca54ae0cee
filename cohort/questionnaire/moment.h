// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cohort::questionnaire {

/// What a date, dateTime, instant or time of FHIR may mean: "2024-05" is every moment of May.
/// Units: milliseconds; of UTC since 1970, or of the day for a time.
struct Moment {
    std::int64_t earliest_ms = 0;
    std::int64_t latest_ms = 0;
    bool zoned = false;  ///< has a time and its offset

    bool exact() const { return earliest_ms == latest_ms; }
};

/// Nothing when the text is not of the type ("date", "dateTime", "instant", "time").
/// Source: FHIR R4 §2.24.0.1; a dateTime with a time needs its offset, and seconds.
std::optional<Moment> parse_moment(std::string_view type, std::string_view text);

/// Nothing where it cannot be known: "2024" and "2024-05". The same span is equal.
std::optional<std::strong_ordering> compare(const Moment& a, const Moment& b);

}  // namespace cohort::questionnaire
