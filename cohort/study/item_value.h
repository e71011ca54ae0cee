// SPDX-License-Identifier: Apache-2.0
// A raw text read as one of ODM's data types.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/json.h"

namespace cohort::study {

/// ODM's data types by how their values compare.
enum class ValueKind {
    text,    ///< text, string, URI, and every type that only stores characters
    number,  ///< integer, float, double
    boolean,
    moment,  ///< date, time, datetime and their partial forms
    opaque,  ///< durations, intervals, binary: stored, syntax checked where it is simple
};

/// A value that has its type. A partial date is the span of what it may mean.
struct ItemValue {
    ValueKind kind = ValueKind::text;
    std::string text = {};  ///< as entered
    double number = 0;
    bool boolean = false;
    std::int64_t earliest_ms = 0;  ///< of a moment, in UTC when it has a zone
    std::int64_t latest_ms = 0;
    bool zoned = false;

    json::value to_json(std::string_view data_type) const;
};

/// Nothing when `raw` is not of the type. An unknown type is taken as text.
std::optional<ItemValue> parse_item_value(std::string_view data_type, std::string_view raw);

/// True for the types of ODM 1.2 to 2.0.
bool is_known_data_type(std::string_view data_type);

/// How a relates to b; nothing when it cannot be known or the kinds do not compare.
std::optional<std::strong_ordering> compare(const ItemValue& a, const ItemValue& b);

}  // namespace cohort::study
