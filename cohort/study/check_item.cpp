// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/check_item.h"

#include <algorithm>

#include "cohort/study/item_value.h"

namespace cohort::study {
namespace {

Texts message(std::string en, std::string zh) {
    Texts texts;
    texts.texts.push_back({"en", std::move(en), {}});
    texts.texts.push_back({"zh", std::move(zh), {}});
    return texts;
}

size_t count_digits(std::string_view raw) {
    const size_t mantissa_end = std::min(raw.find_first_of("eE"), raw.size());
    return static_cast<size_t>(std::count_if(raw.begin(),
                                             raw.begin() + static_cast<long>(mantissa_end),
                                             [](char c) { return c >= '0' && c <= '9'; }));
}

size_t count_decimals(std::string_view raw) {
    const size_t point = raw.find('.');
    if (point == std::string_view::npos) return 0;
    const std::string_view part = raw.substr(point + 1);
    return std::min(part.find_first_of("eE"), part.size());
}

size_t count_code_points(std::string_view raw) {
    return static_cast<size_t>(std::count_if(raw.begin(), raw.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

Finding wrong_type(const ItemDef& item) {
    return {"data-type", Severity::hard,
            message("This is not a value of type " + item.data_type + ".",
                    "该值不是 " + item.data_type + " 类型。")};
}

void check_length(const ItemDef& item, const ItemValue& value, std::vector<Finding>& findings) {
    if (item.length) {
        const auto limit = static_cast<size_t>(std::max(*item.length, 0));
        const bool number = value.kind == ValueKind::number;
        if ((number || value.kind == ValueKind::text) &&
            (number ? count_digits(value.text) : count_code_points(value.text)) > limit) {
            const std::string n = std::to_string(limit);
            findings.push_back(
                {"length", Severity::hard,
                 number ? message("At most " + n + " digits.", "最多 " + n + " 位数字。")
                        : message("At most " + n + " characters.", "最多 " + n + " 个字符。")});
        }
    }
    if (item.significant_digits && value.kind == ValueKind::number &&
        count_decimals(value.text) > static_cast<size_t>(std::max(*item.significant_digits, 0))) {
        const std::string n = std::to_string(*item.significant_digits);
        findings.push_back(
            {"significant-digits", Severity::hard,
             message("At most " + n + " digits after the point.", "小数点后最多 " + n + " 位。")});
    }
}

bool is_coded(const CodeListItem& entry, const CodeList& list, const ItemValue& value) {
    if (entry.coded_value == value.text) return true;
    if (value.kind != ValueKind::number) return false;
    const auto coded = parse_item_value(list.data_type, entry.coded_value);
    return coded && compare(*coded, value) == std::strong_ordering::equal;
}

void check_code_list(const Definition& definition, const ItemDef& item, const ItemValue& value,
                     std::vector<Finding>& findings) {
    if (!item.code_list) return;
    const CodeList* list = definition.code_list(item.code_list->oid);
    if (!list || list->external) return;
    const auto matches = [&](const CodeListItem& e) { return is_coded(e, *list, value); };
    if (std::any_of(list->items.begin(), list->items.end(), matches)) return;
    if (std::any_of(list->enumerated.begin(), list->enumerated.end(), matches)) return;
    if (list->items.empty() && list->enumerated.empty()) return;
    findings.push_back({"code-list", Severity::hard,
                        message("This is not one of the choices.", "该值不在选项之中。")});
}

void check_unit(const ItemDef& item, std::string_view unit, std::vector<Finding>& findings) {
    if (unit.empty()) {
        if (item.units.size() > 1)
            findings.push_back(
                {"unit", Severity::hard, message("Choose the unit.", "请选择单位。")});
        return;
    }
    const bool offered = std::any_of(item.units.begin(), item.units.end(),
                                     [&](const Ref& u) { return u.oid == unit; });
    if (!offered)
        findings.push_back(
            {"unit", Severity::hard,
             message("This unit does not belong to the item.", "该单位不属于此项目。")});
}

using Ordering = std::optional<std::strong_ordering>;

/// Whether the value keeps the check; nothing when it cannot be known.
std::optional<bool> holds(const RangeCheck& check, const ItemDef& item, const ItemValue& value) {
    if (!check.comparator) return std::nullopt;
    const std::string& op = *check.comparator;
    bool unknown = check.values.empty();
    bool found = false;
    std::strong_ordering first = std::strong_ordering::equal;
    for (size_t i = 0; i < check.values.size(); ++i) {
        const auto limit = parse_item_value(item.data_type, check.values[i].text);
        const Ordering order = limit ? compare(value, *limit) : std::nullopt;
        if (!order) unknown = true;
        if (order && *order == std::strong_ordering::equal) found = true;
        if (i == 0 && order) first = *order;
    }
    if (op == "IN" || op == "NOTIN") {
        if (found) return op == "IN";
        return unknown ? std::nullopt : std::optional(op == "NOTIN");
    }
    if (unknown || check.values.size() != 1) return std::nullopt;
    if (op == "LT") return first < 0;
    if (op == "LE") return first <= 0;
    if (op == "GT") return first > 0;
    if (op == "GE") return first >= 0;
    if (op == "EQ") return first == 0;
    if (op == "NE") return first != 0;
    return std::nullopt;
}

std::string sign(const std::string& comparator) {
    if (comparator == "LT") return "<";
    if (comparator == "LE") return "≤";
    if (comparator == "GT") return ">";
    if (comparator == "GE") return "≥";
    if (comparator == "EQ") return "=";
    if (comparator == "NE") return "≠";
    return comparator == "IN" ? "∈" : "∉";
}

Texts default_message(const RangeCheck& check, const std::string& comparator) {
    std::string limits;
    for (const TextElement& v : check.values) limits += (limits.empty() ? "" : ", ") + v.text;
    const std::string rule = sign(comparator) + " " + limits;
    return message("The value should be " + rule + ".", "该值应 " + rule + "。");
}

/// A check in another unit than the value's says nothing about it.
bool other_unit(const RangeCheck& check, const ItemDef& item, std::string_view unit) {
    if (!check.unit) return false;
    if (unit.empty()) return item.units.size() == 1 && item.units.front().oid != check.unit->oid;
    return unit != check.unit->oid;
}

void check_ranges(const ItemDef& item, const ItemValue& value, std::string_view unit,
                  std::vector<Finding>& findings) {
    for (size_t i = 0; i < item.checks.size(); ++i) {
        const RangeCheck& check = item.checks[i];
        if (!check.comparator || other_unit(check, item, unit)) continue;
        if (holds(check, item, value).value_or(true)) continue;
        const bool worded = check.error_message && !check.error_message->texts.empty();
        findings.push_back(
            {"range-" + std::to_string(i + 1),
             check.soft_hard == "Soft" ? Severity::soft : Severity::hard,
             worded ? *check.error_message : default_message(check, *check.comparator)});
    }
}

bool is_comparator(std::string_view word) {
    constexpr std::string_view known[] = {"LT", "LE", "GT", "GE", "EQ", "NE", "IN", "NOTIN"};
    return std::find(std::begin(known), std::end(known), word) != std::end(known);
}

}  // namespace

const char* to_string(Severity severity) {
    return severity == Severity::soft ? "soft" : "hard";
}

CheckedItem check_item(const Definition& definition, const ItemDef& item, std::string_view raw,
                       std::string_view unit) {
    CheckedItem out;
    if (raw.empty()) return out;
    const auto value = parse_item_value(item.data_type, raw);
    if (!value) {
        out.findings.push_back(wrong_type(item));
        return out;
    }
    out.value = value->to_json(item.data_type);
    check_length(item, *value, out.findings);
    check_code_list(definition, item, *value, out.findings);
    check_unit(item, unit, out.findings);
    check_ranges(item, *value, unit, out.findings);
    return out;
}

json::object to_json(const Finding& finding) {
    return {{"check", finding.check},
            {"severity", to_string(finding.severity)},
            {"message", to_json(finding.message)}};
}

std::vector<std::string> unusable_checks(const Definition& definition, const ItemDef& item) {
    std::vector<std::string> out;
    if (!is_known_data_type(item.data_type))
        out.push_back("data type \"" + item.data_type + "\" is not one of ODM's; kept as text");
    if (item.code_list && !definition.code_list(item.code_list->oid))
        out.push_back("code list " + item.code_list->oid + " is not defined; not checked");
    for (size_t i = 0; i < item.checks.size(); ++i) {
        const RangeCheck& check = item.checks[i];
        const std::string name = "range check " + std::to_string(i + 1);
        if (!check.comparator) {
            out.push_back(name + " has no comparator (a formal expression is not evaluated)");
            continue;
        }
        if (!is_comparator(*check.comparator))
            out.push_back(name + " has the unknown comparator \"" + *check.comparator + "\"");
        for (const TextElement& v : check.values)
            if (!parse_item_value(item.data_type, v.text))
                out.push_back(name + " compares with \"" + v.text + "\", which is not " +
                              item.data_type);
    }
    return out;
}

}  // namespace cohort::study
