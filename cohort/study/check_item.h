// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/study/definition.h"

namespace cohort::study {

enum class Severity {
    soft,  ///< may be completed when somebody acknowledges it
    hard,  ///< blocks completion
};

const char* to_string(Severity severity);

/// One thing wrong with one value.
struct Finding {
    /// "data-type", "length", "significant-digits", "code-list", "unit", or "range-N" for the N-th
    /// RangeCheck of the item, counted from 1.
    std::string check;
    Severity severity = Severity::hard;
    Texts message;
};

struct CheckedItem {
    /// Number, boolean or string by the item's type; null for no value and for a wrong type.
    json::value value;
    std::vector<Finding> findings;
};

/// Checks one value against its definition. The only implementation on the server: saving,
/// importing and the nightly run use it, and the browser mirrors it from the definition's JSON.
///
/// Null: an empty `raw` is no value. It has no type, breaks no check and gives no finding; whether
/// a value is needed is the completion's question. A value of the wrong type gives that one
/// finding and nothing else is asked. A comparison that cannot be decided (a partial date against
/// a day inside it, a time zone on one side only, another unit than the check's, a check value
/// that is not of the item's type) is unknown, and unknown is no finding.
///
/// Types: nothing is trimmed or coerced, " 12" is not an integer. Numbers compare as doubles, dates
/// and times as moments, texts by their bytes. `unit` is the OID of the unit chosen, empty for
/// none; an item with exactly one unit needs no choice.
CheckedItem check_item(const Definition& definition, const ItemDef& item, std::string_view raw,
                       std::string_view unit = {});

/// The shape shown to clients: {check, severity, message:{lang: text}}.
json::object to_json(const Finding& finding);

/// What of the item cannot be checked, in one sentence each: an unknown comparator, a check value
/// of another type, a formal expression, a missing code list, an unknown data type. For the import
/// report.
std::vector<std::string> unusable_checks(const Definition& definition, const ItemDef& item);

}  // namespace cohort::study
