// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/document.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "cohort/base/result.h"

namespace cohort::capture {

// --- lookups ------------------------------------------------------------------------------

const Item* Row::find(std::string_view item) const {
    return const_cast<Row*>(this)->find(item);
}

Item* Row::find(std::string_view item) {
    const auto at = std::ranges::find(items, item, &Item::oid);
    return at == items.end() ? nullptr : &*at;
}

bool Row::has_content() const {
    return std::ranges::any_of(items, [](const Item& item) { return !item.is_empty(); });
}

const Row* Document::find(std::string_view group, std::string_view repeat) const {
    return const_cast<Document*>(this)->find(group, repeat);
}

Row* Document::find(std::string_view group, std::string_view repeat) {
    const auto at = std::ranges::find_if(
        rows, [&](const Row& row) { return row.group == group && row.repeat == repeat; });
    return at == rows.end() ? nullptr : &*at;
}

const Item* Document::find(const ItemKey& key) const {
    const Row* row = find(key.group, key.repeat);
    return row == nullptr ? nullptr : row->find(key.item);
}

Row& Document::row(std::string_view group, std::string_view repeat) {
    if (Row* row = find(group, repeat)) return *row;
    Row& row = rows.emplace_back();
    row.group = group;
    row.repeat = repeat;
    return row;
}

// Keys are texts that clients may choose: those that are no number, or a larger one than anybody
// counts to, do not count.
std::string Document::next_repeat(std::string_view group) const {
    constexpr std::int64_t largest_counted = 999'999'999;
    std::int64_t largest = 0;
    for (const Row& row : rows) {
        if (row.group != group) continue;
        std::int64_t number = 0;
        const char* end = row.repeat.data() + row.repeat.size();
        const auto read = std::from_chars(row.repeat.data(), end, number);
        if (read.ptr == end && read.ec == std::errc() && number <= largest_counted)
            largest = std::max(largest, number);
    }
    std::string key = std::to_string(++largest);
    while (find(group, key) != nullptr) key = std::to_string(++largest);
    return key;
}

// --- to JSON: what is empty is left out, so that a document of blanks stays small ---------

json::object to_json(const Finding& finding) {
    json::object out{{"check", finding.check},
                     {"severity", finding.severity == Severity::hard ? "hard" : "soft"},
                     {"message", finding.message}};
    if (finding.acknowledged) out["acknowledged"] = true;
    return out;
}

static json::object to_json(const Item& item) {
    json::object out{{"item", item.oid}, {"raw", item.raw},  {"value", item.value},
                     {"by", item.by},    {"at", item.at.ms}, {"version", item.version}};
    if (!item.unit.empty()) out["unit"] = item.unit;
    if (!item.missing.empty()) out["missing"] = item.missing;
    if (!item.extra.empty()) out["extra"] = item.extra;
    if (!item.findings.empty()) {
        json::array findings;
        for (const Finding& finding : item.findings) findings.push_back(to_json(finding));
        out["findings"] = std::move(findings);
    }
    return out;
}

static json::object to_json(const Row& row) {
    json::array items;
    for (const Item& item : row.items) items.push_back(to_json(item));
    json::object out{{"group", row.group},
                     {"repeat", row.repeat},
                     {"version", row.version},
                     {"items", std::move(items)}};
    if (row.removed)
        out["removed"] = json::object{
            {"by", row.removed->by}, {"at", row.removed->at.ms}, {"reason", row.removed->reason}};
    if (!row.extra.empty()) out["extra"] = row.extra;
    if (!row.row_id.empty()) out["row_id"] = row.row_id;
    return out;
}

json::object to_json(const Document& document) {
    json::array rows;
    for (const Row& row : document.rows) rows.push_back(to_json(row));
    return {{"rows", std::move(rows)}};
}

// --- from JSON ----------------------------------------------------------------------------

static Result<std::string> text_or_empty(const json::object& from, std::string_view key) {
    return TRY(json::find_string(from, key)).value_or(std::string());
}

// By reference: json::as_object would copy each level of the document once more.
static Result<const json::object*> object_in(const json::value& stored) {
    if (!stored.is_object()) return internal("form-document", "an object was expected");
    return &stored.get_object();
}

static Result<const json::array*> array_in(const json::object& from, const char* key) {
    const json::value* found = from.if_contains(key);
    if (found == nullptr || !found->is_array())
        return internal("form-document", std::string("\"") + key + "\" must be an array");
    return &found->get_array();
}

static Result<Finding> finding_from(const json::value& stored) {
    const json::object& from = *TRY(object_in(stored));
    Finding finding;
    finding.check = TRY(json::get_string(from, "check"));
    finding.severity =
        TRY(json::get_string(from, "severity")) == "hard" ? Severity::hard : Severity::soft;
    finding.message = TRY(json::get_object(from, "message"));
    finding.acknowledged = TRY(json::find_bool(from, "acknowledged")).value_or(false);
    return finding;
}

static Result<Item> item_from(const json::value& stored) {
    const json::object& from = *TRY(object_in(stored));
    Item item;
    item.oid = TRY(json::get_string(from, "item"));
    item.raw = TRY(json::get_string(from, "raw"));
    if (const json::value* value = from.if_contains("value")) item.value = *value;
    item.unit = TRY(text_or_empty(from, "unit"));
    item.missing = TRY(text_or_empty(from, "missing"));
    item.by = TRY(json::get_string(from, "by"));
    item.at = Instant{TRY(json::get_int(from, "at"))};
    item.version = TRY(json::get_int(from, "version"));
    item.extra = TRY(text_or_empty(from, "extra"));
    if (!from.contains("findings")) return item;
    for (const json::value& finding : *TRY(array_in(from, "findings")))
        item.findings.push_back(TRY(finding_from(finding)));
    return item;
}

static Result<Row> row_from(const json::value& stored) {
    const json::object& from = *TRY(object_in(stored));
    Row row;
    row.group = TRY(json::get_string(from, "group"));
    row.repeat = TRY(json::get_string(from, "repeat"));
    row.version = TRY(json::get_int(from, "version"));
    row.extra = TRY(text_or_empty(from, "extra"));
    row.row_id = TRY(text_or_empty(from, "row_id"));
    if (const auto removed = TRY(json::find_object(from, "removed")))
        row.removed = Removal{.by = TRY(json::get_string(*removed, "by")),
                              .at = Instant{TRY(json::get_int(*removed, "at"))},
                              .reason = TRY(json::get_string(*removed, "reason"))};
    for (const json::value& item : *TRY(array_in(from, "items")))
        row.items.push_back(TRY(item_from(item)));
    return row;
}

static Result<Document> document_from(const json::value& stored) {
    Document document;
    for (const json::value& row : *TRY(array_in(*TRY(object_in(stored)), "rows")))
        document.rows.push_back(TRY(row_from(row)));
    return document;
}

Result<Document> from_json(const json::value& stored) {
    auto document = document_from(stored);
    if (!document)
        return internal("form-document", "a stored form cannot be read: " + document.error().text);
    return document;
}

}  // namespace cohort::capture
