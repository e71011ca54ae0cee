// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/columns.h"

#include <algorithm>
#include <utility>

#include "cohort/analysis/clean.h"

namespace cohort::analysis {

namespace {

Type type_of(std::string_view data_type) {
    static constexpr std::pair<std::string_view, Type> types[] = {
        {"integer", Type::integer},         {"float", Type::decimal},
        {"decimal", Type::decimal},         {"double", Type::decimal},
        {"boolean", Type::boolean},         {"date", Type::date},
        {"partialDate", Type::date},        {"datetime", Type::datetime},
        {"partialDatetime", Type::datetime}};
    for (const auto& [name, type] : types)
        if (name == data_type) return type;
    return Type::text;
}

bool has_decode(const study::CodeListItem& entry) {
    return entry.decode && !entry.decode->texts.empty();
}

const study::CodeList* labelled_codes(const study::Definition& definition,
                                      const study::ItemDef& item) {
    const study::CodeList* list =
        item.code_list ? definition.code_list(item.code_list->oid) : nullptr;
    return list != nullptr && std::ranges::any_of(list->items, has_decode) ? list : nullptr;
}

std::vector<Part> parts_of(const study::Definition& definition, const study::ItemDef& item) {
    std::vector<Part> parts;
    const Type type = type_of(item.data_type);
    if (type == Type::decimal) parts.push_back(Part::written);
    if (type == Type::datetime || item.data_type == "partialDate") parts.push_back(Part::iso);
    if (labelled_codes(definition, item) != nullptr) parts.push_back(Part::label);
    if (!item.units.empty()) parts.push_back(Part::unit);
    return parts;
}

// A programmer's name for it, where the study has one.
const std::string& wish_of(const study::ItemDef& item) {
    if (item.sas_field_name && !item.sas_field_name->empty()) return *item.sas_field_name;
    if (item.sds_var_name && !item.sds_var_name->empty()) return *item.sds_var_name;
    return item.oid;
}

Cell value_of(Type type, const std::string& cleaned) {
    constexpr std::size_t whole_date = 10;
    switch (type) {
        case Type::integer:
        case Type::decimal:
            return normal_number(cleaned);
        case Type::boolean:
            return cleaned == "true" || cleaned == "1" ? "true" : "false";
        case Type::date:
            return cleaned.size() == whole_date ? Cell(cleaned) : Cell();
        case Type::datetime:
            return wall_clock(cleaned);
        case Type::text:
            return cleaned;
    }
    return {};
}

Cell label_of(const study::CodeList& list, const std::string& cleaned) {
    const auto number = normal_number(cleaned);
    const auto is_it = [&](const study::CodeListItem& entry) {
        return entry.coded_value == cleaned ||
               (number && list.data_type != "text" && normal_number(entry.coded_value) == number);
    };
    const auto found = std::ranges::find_if(list.items, is_it);
    return found == list.items.end() ? Cell() : Cell(text_of(found->decode));
}

Cell unit_of(const study::Definition& definition, const study::ItemDef& item,
             const std::string& chosen) {
    const bool is_said = !chosen.empty() || item.units.size() == 1;
    if (!is_said) return {};
    const std::string& oid = chosen.empty() ? item.units.front().oid : chosen;
    const study::MeasurementUnit* unit = definition.unit(oid);
    if (unit == nullptr) return oid;
    std::string symbol = text_of(unit->symbol);
    if (!symbol.empty()) return symbol;
    return unit->name.empty() ? oid : unit->name;
}

}  // namespace

std::string suffix_of(Part part) {
    return "_" + std::string(to_string(part));
}

std::string text_of(const std::optional<study::Texts>& texts) {
    return texts ? std::string(study::text_in(*texts, "en")) : std::string();
}

ItemColumns add_columns(const study::Definition& definition, const study::ItemDef& item,
                        Table& table, Names& names) {
    ItemColumns columns{
        .item = &item, .first = table.columns.size(), .parts = parts_of(definition, item)};
    std::vector<std::string> suffixes;
    for (const Part part : columns.parts) suffixes.push_back(suffix_of(part));
    const std::string name = names.take(wish_of(item), suffixes);
    const std::string asked = text_of(item.question);
    const std::string label = asked.empty() ? item.name : asked;
    table.add({.name = name,
               .type = type_of(item.data_type),
               .part = Part::value,
               .item = item.oid,
               .label = label});
    for (const Part part : columns.parts)
        table.add({.name = name + suffix_of(part), .part = part, .item = item.oid, .label = label});
    return columns;
}

std::vector<Cell> cells_of(const study::Definition& definition, const ItemColumns& columns,
                           const std::string& cleaned, const std::string& written,
                           const std::string& unit) {
    const study::ItemDef& item = *columns.item;
    std::vector<Cell> cells{value_of(type_of(item.data_type), cleaned)};
    for (const Part part : columns.parts) {
        switch (part) {
            case Part::written:
                cells.emplace_back(written);
                break;
            case Part::iso:
                cells.emplace_back(cleaned);
                break;
            case Part::label:
                cells.push_back(label_of(*labelled_codes(definition, item), cleaned));
                break;
            case Part::unit:
                cells.push_back(unit_of(definition, item, unit));
                break;
            case Part::row:
            case Part::value:
            case Part::comparator:
                break;
        }
    }
    return cells;
}

}  // namespace cohort::analysis
