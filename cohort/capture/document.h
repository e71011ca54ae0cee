// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/result.h"

#include "cohort/base/json.h"
#include "cohort/base/time.h"

namespace cohort::capture {

/// Where an item stands in its form: the group, which row of the group, the item.
struct ItemKey {
    std::string group;
    std::string repeat;
    std::string item;
    friend auto operator<=>(const ItemKey&, const ItemKey&) = default;
};

enum class Severity { soft, hard };

/// What a check has to say about a stored value. A finding never stops a draft.
struct Finding {
    std::string check;  ///< "type", "code-list" or the study's own check id
    Severity severity = Severity::hard;
    json::object message;       ///< language → text
    bool acknowledged = false;  ///< a person has seen the soft finding and stands by the value
};

/// One item as it stands: what was entered, what it means, who entered it and when.
struct Item {
    std::string oid;
    std::string raw;           ///< exactly as entered
    json::value value;         ///< typed; null while there is none or it cannot be read
    std::string unit;          ///< measurement unit OID, empty without
    std::string missing;       ///< ND, NA, UNK or REFUSED; empty when there is a value
    std::string by;            ///< who entered it
    Instant at{};              ///< when
    std::int64_t version = 0;  ///< 1 with the first value, one more with each change
    std::vector<Finding> findings;
    std::string extra;  ///< what an importer must keep with the item; opaque here

    bool is_empty() const { return raw.empty() && missing.empty(); }
};

struct Removal {
    std::string by;
    Instant at{};
    std::string reason;
};

/// One row of an item group. Its repeat key is its name for life: a removed row stays, marked, so
/// that the key is never given to another row.
struct Row {
    std::string group;
    std::string repeat;
    std::int64_t version = 0;  ///< one more with each change in the row
    std::vector<Item> items;
    std::optional<Removal> removed;
    std::string extra;
    std::string row_id = {};  ///< the name its editor gave it before the server knew of it

    const Item* find(std::string_view item) const;
    Item* find(std::string_view item);
    bool has_content() const;
};

/// What a form instance holds: rows of items, in the order in which they came.
struct Document {
    std::vector<Row> rows;

    const Row* find(std::string_view group, std::string_view repeat) const;
    Row* find(std::string_view group, std::string_view repeat);
    const Item* find(const ItemKey& key) const;
    Row& row(std::string_view group, std::string_view repeat);  ///< made when absent

    /// A key for a new row: one more than the largest number any row of the group ever had.
    std::string next_repeat(std::string_view group) const;
};

/// Errors of from_json: internal/form-document, when the store holds something else.
json::object to_json(const Document& document);
weft::Result<Document> from_json(const json::value& stored);

json::object to_json(const Finding& finding);

}  // namespace cohort::capture
