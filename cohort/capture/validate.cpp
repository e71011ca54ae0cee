// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/validate.h"

#include <algorithm>
#include <set>

#include "cohort/study/check_item.h"

namespace cohort::capture {

namespace {

using Errors = std::vector<http::FieldError>;

json::array all_missing_reasons() {
    json::array words;
    for (const std::string_view word : missing_reasons) words.emplace_back(word);
    return words;
}

// XML 1.0 has no way to write these, so a value with one could never leave as ODM.
bool can_be_exported(std::string_view text) {
    const auto is_bad = [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
    };
    return std::ranges::none_of(text, is_bad) && text.find("\xef\xbf\xbe") == text.npos &&
           text.find("\xef\xbf\xbf") == text.npos;
}

// Collects what is wrong with one entry of the patch.
class Entry {
  public:
    Entry(Errors& errors, std::string pointer) : errors_(errors), pointer_(std::move(pointer)) {}

    bool need(bool holds, const char* member, const char* code, const char* message,
              std::optional<json::value> allowed = {}) {
        if (!holds)
            errors_.push_back({.pointer = pointer_ + "/" + member,
                               .code = code,
                               .message = message,
                               .allowed = std::move(allowed)});
        return holds;
    }

  private:
    Errors& errors_;
    std::string pointer_;
};

std::string at(const char* list, std::size_t index) {
    return "/" + std::string(list) + "/" + std::to_string(index);
}

bool repeats(const study::Definition& definition, std::string_view group_oid) {
    const study::ItemGroupDef* group = definition.group(group_oid);
    return group != nullptr && group->repeating.value_or(false);
}

void check_change(const study::Definition& definition, std::string_view form_oid, Change& change,
                  Entry entry) {
    const ItemKey& key = change.key;
    if (!entry.need(definition.form_has_group(form_oid, key.group), "group", "unknown-item",
                    "The form has no such item group.") ||
        !entry.need(definition.group_has_item(key.group, key.item), "item", "unknown-item",
                    "The item group has no such item."))
        return;
    entry.need(is_key(key.repeat), "repeat", "bad-repeat",
               "A repeat key has 1 to 64 visible characters.");
    entry.need(change.missing.empty() ||
                   std::ranges::find(missing_reasons, change.missing) != std::end(missing_reasons),
               "missing", "bad-missing-reason", "This is no reason for a missing value.",
               all_missing_reasons());
    entry.need(change.missing.empty() || change.raw.empty(), "missing", "value-and-missing",
               "An item has a value or a reason why it has none, not both.");
    if (!entry.need(change.raw.size() <= raw_bytes_max, "raw", "too-long",
                    "The value is longer than 64 KiB.") ||
        !entry.need(can_be_exported(change.raw), "raw", "bad-character",
                    "The value contains a control character."))
        return;
    check_value(definition, key.item, change.raw, change.unit, change.value, change.findings);
}

void check_repeated(const std::vector<Change>& changes, Errors& errors) {
    std::set<ItemKey> seen;
    for (std::size_t i = 0; i < changes.size(); ++i)
        Entry(errors, at("changes", i))
            .need(seen.insert(changes[i].key).second, "item", "duplicate-item",
                  "The same item is named twice.");
}

void check_addition(const study::Definition& definition, std::string_view form_oid,
                    const RowAddition& addition, Entry entry) {
    if (entry.need(definition.form_has_group(form_oid, addition.group), "group", "unknown-item",
                   "The form has no such item group."))
        entry.need(repeats(definition, addition.group), "group", "not-repeating",
                   "This item group has one row only.");
    entry.need(is_key(addition.repeat), "repeat", "bad-repeat",
               "A repeat key has 1 to 64 visible characters.");
    entry.need(addition.row_id.empty() || is_key(addition.row_id), "row_id", "bad-row-id",
               "A row id has 1 to 64 visible characters.");
}

void check_repeated(const std::vector<RowAddition>& additions, Errors& errors) {
    std::set<std::pair<std::string_view, std::string_view>> keys;
    std::set<std::pair<std::string_view, std::string_view>> ids;
    for (std::size_t i = 0; i < additions.size(); ++i) {
        const RowAddition& row = additions[i];
        Entry entry(errors, at("additions", i));
        entry.need(keys.emplace(row.group, row.repeat).second, "repeat", "duplicate-row",
                   "The same row is added twice.");
        entry.need(row.row_id.empty() || ids.emplace(row.group, row.row_id).second, "row_id",
                   "duplicate-row", "The same row is added twice.");
    }
}

}  // namespace

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= 64 && text.front() != ' ' && text.back() != ' ' &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::vector<http::FieldError> validate(const study::Definition& definition,
                                       std::string_view form_oid, Patch& patch) {
    Errors errors;
    for (std::size_t i = 0; i < patch.changes.size(); ++i)
        check_change(definition, form_oid, patch.changes[i], {errors, at("changes", i)});
    check_repeated(patch.changes, errors);
    for (std::size_t i = 0; i < patch.additions.size(); ++i)
        check_addition(definition, form_oid, patch.additions[i], {errors, at("additions", i)});
    check_repeated(patch.additions, errors);
    for (std::size_t i = 0; i < patch.removals.size(); ++i) {
        const RowRemoval& removal = patch.removals[i];
        Entry entry(errors, at("removals", i));
        entry.need(repeats(definition, removal.group), "group", "not-repeating",
                   "Only rows of a repeating item group can be removed.");
        entry.need(!removal.reason.empty(), "reason", "reason-required",
                   "Say why the row is removed.");
    }
    return errors;
}

std::vector<http::FieldError> check_rows(const study::Definition& definition,
                                         const Document& document, const Patch& patch) {
    Errors errors;
    const auto exists = [&](const std::string& group, const std::string& repeat) {
        return document.find(group, repeat) != nullptr ||
               std::ranges::any_of(patch.additions, [&](const RowAddition& addition) {
                   return addition.group == group && addition.repeat == repeat;
               });
    };
    const auto may_appear = [&](const ItemKey& key) {
        return key.repeat == "1" && !repeats(definition, key.group) &&
               std::ranges::find(document.rows, key.group, &Row::group) == document.rows.end();
    };
    for (std::size_t i = 0; i < patch.changes.size(); ++i) {
        const ItemKey& key = patch.changes[i].key;
        Entry(errors, at("changes", i))
            .need(exists(key.group, key.repeat) || may_appear(key), "repeat", "unknown-row",
                  "The item group has no such row; add it first.");
    }
    for (std::size_t i = 0; i < patch.removals.size(); ++i)
        Entry(errors, at("removals", i))
            .need(document.find(patch.removals[i].group, patch.removals[i].repeat) != nullptr,
                  "repeat", "unknown-row", "The item group has no such row.");
    return errors;
}

void check_value(const study::Definition& definition, const std::string& item_oid,
                 const std::string& raw, const std::string& unit, json::value& value,
                 std::vector<Finding>& findings) {
    value = nullptr;
    findings.clear();
    const study::ItemDef* item = definition.item(item_oid);
    if (item == nullptr) return;
    study::CheckedItem checked = study::check_item(definition, *item, raw, unit);
    value = std::move(checked.value);
    for (const study::Finding& finding : checked.findings)
        findings.push_back({.check = finding.check,
                            .severity = finding.severity == study::Severity::hard ? Severity::hard
                                                                                  : Severity::soft,
                            .message = study::to_json(finding.message)});
}

}  // namespace cohort::capture
