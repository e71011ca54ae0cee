// SPDX-License-Identifier: Apache-2.0
#include "cohort/generate/entries.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "cohort/capture/validate.h"
#include "cohort/study/item_value.h"

namespace cohort::generate {

namespace {

using study::Definition;
using study::ItemDef;

constexpr const char* notes[] = {"Nothing to note", "As before",     "See the source",
                                 "一切如常",        "Told by phone", "Better than last time"};

std::string cut(const std::string& text, const ItemDef& item) {
    const auto most = static_cast<std::size_t>(item.length.value_or(200));
    const bool is_ascii = std::ranges::all_of(text, [](char c) { return (c & 0x80) == 0; });
    if (text.size() <= most) return text;
    return is_ascii ? text.substr(0, most) : std::string("-");
}

// The choices, the first ones more often: they are the common ones in most lists.
std::optional<std::string> choice(const Definition& definition, const ItemDef& item,
                                  Chance& chance) {
    const study::CodeList* list =
        item.code_list ? definition.code_list(item.code_list->oid) : nullptr;
    if (list == nullptr) return std::nullopt;
    const auto& entries = list->items.empty() ? list->enumerated : list->items;
    if (entries.empty()) return std::nullopt;
    return entries[static_cast<std::size_t>(chance.up_to(chance.up_to(entries.size() - 1)))]
        .coded_value;
}

// What an item must be equal to, if it must.
std::optional<std::string> wanted(const ItemDef& item) {
    for (const study::RangeCheck& check : item.checks)
        if (check.comparator == "EQ" && !check.values.empty()) return check.values.front().text;
    return std::nullopt;
}

std::optional<double> number(const study::RangeCheck& check) {
    if (check.values.empty()) return std::nullopt;
    const auto value = study::parse_item_value("double", check.values.front().text);
    return value ? std::optional(value->number) : std::nullopt;
}

// Between the tightest limits, away from both.
std::string number_for(const ItemDef& item, Chance& chance) {
    std::optional<double> low;
    std::optional<double> high;
    for (const study::RangeCheck& check : item.checks) {
        const auto limit = number(check);
        if (!limit) continue;
        if (check.comparator == "GE" || check.comparator == "GT")
            low = std::max(low.value_or(*limit), *limit);
        if (check.comparator == "LE" || check.comparator == "LT")
            high = std::min(high.value_or(*limit), *limit);
    }
    const double from = low.value_or(0);
    const double to = high.value_or(std::max(2 * from, from + 9));
    const double value =
        from + (to - from) * (0.25 + static_cast<double>(chance.up_to(1000)) / 2000);
    const int decimals = item.data_type == "integer" ? 0 : item.significant_digits.value_or(1);
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", std::clamp(decimals, 0, 6), value);
    return text;
}

std::string time_of_day(Chance& chance) {
    char text[8];
    std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(8 + chance.up_to(3)),
                  static_cast<int>(10 + chance.up_to(49)));
    return text;
}

std::string value_for(const Definition& definition, const ItemDef& item, const CivilDate& day,
                      Chance& chance) {
    const std::string& type = item.data_type;
    if (auto exact = wanted(item)) return *exact;
    if (auto chosen = choice(definition, item, chance)) return *chosen;
    if (type == "integer" || type == "float" || type == "double") return number_for(item, chance);
    if (type == "date" || type == "partialDate") return to_string(day);
    if (type == "time" || type == "partialTime") return time_of_day(chance);
    if (type == "datetime" || type == "partialDatetime")
        return to_string(day) + "T" + time_of_day(chance);
    if (type == "boolean") return chance.one_in(2) ? "true" : "false";
    return cut(chance.pick(notes), item);
}

struct Place {
    const study::ItemGroupDef& group;
    std::string repeat;
};

void add_row(const Definition& definition, const Place& at, const CivilDate& day, Chance& chance,
             capture::Patch& patch) {
    for (const study::ChildRef* ref : study::in_order(at.group.items)) {
        const ItemDef* item = definition.item(ref->oid);
        if (item == nullptr || !ref->is_mandatory()) continue;
        patch.changes.push_back({.key = {at.group.oid, at.repeat, item->oid},
                                 .raw = value_for(definition, *item, day, chance),
                                 .unit = item->units.empty() ? "" : item->units.front().oid,
                                 .missing = {},
                                 .reason = {},
                                 .value = {},
                                 .findings = {}});
    }
}

void add_group(const Definition& definition, const study::ItemGroupDef& group, const CivilDate& day,
               Chance& chance, capture::Patch& patch) {
    if (!group.repeating.value_or(false))
        return add_row(definition, {group, "1"}, day, chance, patch);
    const auto rows = 1 + chance.up_to(2);
    for (std::uint64_t row = 1; row <= rows; ++row) {
        const std::string repeat = std::to_string(row);
        patch.additions.push_back({.group = group.oid, .repeat = repeat, .reason = {}});
        add_row(definition, {group, repeat}, day, chance, patch);
    }
}

}  // namespace

Entries make_up_entries(const Definition& definition, const study::FormDef& form,
                        const CivilDate& day, Chance& chance) {
    Entries made;
    for (const study::ChildRef* ref : study::in_order(form.groups)) {
        const study::ItemGroupDef* group = definition.group(ref->oid);
        if (group == nullptr || (!ref->is_mandatory() && chance.one_in(2))) continue;
        add_group(definition, *group, day, chance, made.patch);
    }
    // A definition may contradict itself (one item twice in a group): its form stays empty then.
    if (!capture::validate(definition, form.oid, made.patch).empty()) return {};
    std::erase_if(made.patch.changes, [](const capture::Change& change) {
        return std::ranges::find(change.findings, capture::Severity::hard,
                                 &capture::Finding::severity) != change.findings.end();
    });
    for (const capture::Change& change : made.patch.changes)
        for (const capture::Finding& finding : change.findings)
            made.acknowledged.push_back({.key = change.key, .check = finding.check});
    return made;
}

}  // namespace cohort::generate
