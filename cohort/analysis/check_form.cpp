// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/check_form.h"

#include <algorithm>
#include <utility>

#include "cohort/analysis/clean.h"
#include "cohort/capture/complete.h"
#include "cohort/capture/pointer.h"
#include "cohort/capture/validate.h"

namespace cohort::analysis {

namespace {

constexpr std::string_view soft_check = "soft-check";

bool stood_by(const std::vector<capture::Finding>& findings, const std::string& check) {
    return std::ranges::any_of(findings, [&](const capture::Finding& one) {
        return one.check == check && one.acknowledged;
    });
}

void clean_item(const study::Definition& definition, capture::Item& item, bool is_current) {
    const study::ItemDef* def = definition.item(item.oid);
    if (def == nullptr) return;
    item.raw = clean(def->data_type, item.raw);
    const auto before = std::exchange(item.findings, {});
    capture::check_value(definition, item.oid, item.raw, item.unit, item.value, item.findings);
    for (capture::Finding& finding : item.findings)
        finding.acknowledged = is_current && stood_by(before, finding.check);
}

}  // namespace

CheckedForm check_form(const study::Definition& definition, const capture::Form& form,
                       bool is_current) {
    CheckedForm checked{.cleaned = form.document, .findings = {}};
    for (capture::Row& row : checked.cleaned.rows)
        for (capture::Item& item : row.items) clean_item(definition, item, is_current);
    for (const http::FieldError& error :
         capture::blockers(definition, form.place.form, checked.cleaned, {}))
        checked.findings.push_back({.key = capture::key_at(error.pointer),
                                    .check = error.code,
                                    .message = error.message,
                                    .is_hard = error.code != soft_check});
    return checked;
}

}  // namespace cohort::analysis
