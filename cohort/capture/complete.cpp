// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/complete.h"

#include <algorithm>

#include "cohort/capture/pointer.h"

namespace cohort::capture {

namespace {

using Errors = std::vector<http::FieldError>;

bool covers(const Acknowledgement& one, const ItemKey& key, const Finding& finding) {
    return one.check == finding.check && (one.key.item.empty() || one.key == key);
}

std::string text_of(const json::object& message) {
    const json::value* text = message.if_contains("en");
    if (text == nullptr && !message.empty()) text = &message.begin()->value();
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : std::string();
}

void check_findings(const Row& row, const Item& item,
                    const std::vector<Acknowledgement>& acknowledged, Errors& errors) {
    const ItemKey key{row.group, row.repeat, item.oid};
    for (const Finding& finding : item.findings) {
        const bool is_hard = finding.severity == Severity::hard;
        const auto seen = [&](const Acknowledgement& one) { return covers(one, key, finding); };
        if (!is_hard && (finding.acknowledged || std::ranges::any_of(acknowledged, seen))) continue;
        errors.push_back({.pointer = pointer_to({row.group, row.repeat, item.oid}),
                          .code = is_hard ? finding.check : "soft-check",
                          .message = text_of(finding.message)});
    }
}

void check_row(const study::ItemGroupDef& group, const Row* row, std::string_view repeat,
               const std::vector<Acknowledgement>& acknowledged, Errors& errors) {
    for (const study::ChildRef* ref : study::in_order(group.items)) {
        const Item* item = row == nullptr ? nullptr : row->find(ref->oid);
        if (item != nullptr) check_findings(*row, *item, acknowledged, errors);
        if (ref->is_mandatory() && (item == nullptr || item->is_empty()))
            errors.push_back({.pointer = pointer_to({group.oid, std::string(repeat), ref->oid}),
                              .code = "mandatory",
                              .message = "This item needs a value, or a reason why it has none."});
    }
}

bool has_mandatory_item(const study::ItemGroupDef& group) {
    return std::ranges::any_of(group.items, &study::ChildRef::is_mandatory);
}

void check_group(const study::ItemGroupDef& group, bool is_mandatory, const Document& document,
                 const std::vector<Acknowledgement>& acknowledged, Errors& errors) {
    bool has_content = false;
    for (const Row& row : document.rows) {
        if (row.group != group.oid || row.removed || !row.has_content()) continue;
        has_content = true;
        check_row(group, &row, row.repeat, acknowledged, errors);
    }
    if (has_content || !is_mandatory) return;
    if (has_mandatory_item(group) && !group.repeating.value_or(false))
        check_row(group, nullptr, "1", acknowledged, errors);
    else
        errors.push_back({.pointer = pointer_to({group.oid, {}, {}}),
                          .code = "mandatory",
                          .message = "This part of the form needs at least one entry."});
}

}  // namespace

std::vector<http::FieldError> blockers(const study::Definition& definition,
                                       std::string_view form_oid, const Document& document,
                                       const std::vector<Acknowledgement>& acknowledged) {
    Errors errors;
    const study::FormDef* form = definition.form(form_oid);
    if (form == nullptr) return errors;
    for (const study::ChildRef* ref : study::in_order(form->groups))
        if (const study::ItemGroupDef* group = definition.group(ref->oid))
            check_group(*group, ref->is_mandatory(), document, acknowledged, errors);
    return errors;
}

int acknowledge(Document& document, const std::vector<Acknowledgement>& acknowledged) {
    int count = 0;
    for (Row& row : document.rows) {
        if (row.removed) continue;
        for (Item& item : row.items) {
            const ItemKey key{row.group, row.repeat, item.oid};
            for (Finding& finding : item.findings) {
                if (finding.severity == Severity::hard || finding.acknowledged) continue;
                finding.acknowledged = std::ranges::any_of(
                    acknowledged,
                    [&](const Acknowledgement& one) { return covers(one, key, finding); });
                count += finding.acknowledged ? 1 : 0;
            }
        }
    }
    return count;
}

}  // namespace cohort::capture
