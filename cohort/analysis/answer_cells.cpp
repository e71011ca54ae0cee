// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/answer_cells.h"

#include <algorithm>

#include "cohort/analysis/clean.h"
#include "cohort/platform/auth/digest.h"

namespace cohort::analysis {

using questionnaire::Item;
using questionnaire::ItemType;
using questionnaire::Value;
using questionnaire::ValueKind;

namespace {

// The form's word for a code, which the response need not have.
std::string label_of(const Item& item, const Value& value) {
    if (value.kind != ValueKind::coding) return std::string(trim(value.text));
    const auto is_it = [&](const questionnaire::Option& option) {
        return option.value.kind == ValueKind::coding &&
               option.value.coding.same_code(value.coding);
    };
    const auto found = std::ranges::find_if(item.options, is_it);
    return found == item.options.end() ? value.coding.display.in("en")
                                       : found->value.coding.display.in("en");
}

Cell first_cell(const Item& item, const Value& value) {
    constexpr std::size_t whole_date = 10;
    switch (value.kind) {
        case ValueKind::decimal:
        case ValueKind::integer:
            return normal_number(value.text);
        case ValueKind::date:
            return item.type == ItemType::date && value.text.size() != whole_date
                       ? Cell()
                       : Cell(value.text);
        case ValueKind::date_time:
            return wall_clock(value.text);
        case ValueKind::quantity:
            return normal_number(value.quantity.value);
        case ValueKind::string:
            if (item.type == ItemType::open_choice) return {};  // no code: its words are the label
            return std::string(trim(value.text));
        case ValueKind::none:
            return {};
        default:
            return written_of(value);
    }
}

Cell or_null(const std::string& text) {
    return text.empty() ? Cell() : Cell(text);
}

Cell cell_of(Part part, const Item& item, const Value& value) {
    const bool is_quantity = value.kind == ValueKind::quantity;
    switch (part) {
        case Part::written:
            return or_null(is_quantity ? value.quantity.value : value.text);
        case Part::iso:
            return or_null(value.text);
        case Part::label:
            return or_null(label_of(item, value));
        case Part::unit:
            return or_null(value.quantity.unit.empty() ? value.quantity.code : value.quantity.unit);
        case Part::comparator:
            return or_null(value.quantity.comparator);
        case Part::row:
        case Part::value:
            break;
    }
    return {};
}

}  // namespace

std::pair<Type, std::vector<Part>> columns_of(ItemType type) {
    switch (type) {
        case ItemType::boolean:
            return {Type::boolean, {}};
        case ItemType::integer:
            return {Type::integer, {}};
        case ItemType::decimal:
            return {Type::decimal, {Part::written}};
        case ItemType::date:
            return {Type::date, {Part::iso}};
        case ItemType::date_time:
            return {Type::datetime, {Part::iso}};
        case ItemType::choice:
        case ItemType::open_choice:
            return {Type::text, {Part::label}};
        case ItemType::quantity:
            return {Type::decimal, {Part::written, Part::unit, Part::comparator}};
        default:
            return {Type::text, {}};
    }
}

std::vector<Cell> cells_of(const Item& item, const std::vector<Part>& parts, const Value& value) {
    std::vector<Cell> cells{first_cell(item, value)};
    for (const Part part : parts) cells.push_back(cell_of(part, item, value));
    return cells;
}

std::string written_of(const Value& value) {
    switch (value.kind) {
        case ValueKind::coding:
            return value.coding.code;
        case ValueKind::quantity:
            return value.quantity.value;
        case ValueKind::attachment:
            return value.attachment.data.empty()
                       ? value.attachment.url
                       : "sha256:" + auth::sha256_hex(value.attachment.data);
        default:
            return value.text;
    }
}

}  // namespace cohort::analysis
