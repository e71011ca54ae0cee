// SPDX-License-Identifier: Apache-2.0
// How one item of a form becomes columns, and its value cells.
#pragma once

#include <string>
#include <vector>

#include "cohort/analysis/table.h"
#include "cohort/study/definition.h"

namespace cohort::analysis {

/// The columns of one item: the value's, and behind it those of these parts.
struct ItemColumns {
    const study::ItemDef* item = nullptr;
    std::size_t first = 0;
    std::vector<Part> parts = {};
};

/// Adds the columns of an item: typed by its data type, a decimal with the text it was written as,
/// a date that may be partial with what is known of it, a code with its label, a value with its
/// unit.
ItemColumns add_columns(const study::Definition& definition, const study::ItemDef& item,
                        Table& table, Names& names);

/// The cells of a value that validation has passed, in the order of the columns.
/// `cleaned` is the value as clean() gives it, `written` as it is stored; `unit` the OID chosen.
std::vector<Cell> cells_of(const study::Definition& definition, const ItemColumns& columns,
                           const std::string& cleaned, const std::string& written,
                           const std::string& unit);

/// The suffix of a part's column behind the value's name: "_unit".
std::string suffix_of(Part part);

/// The text in English where there is one.
std::string text_of(const std::optional<study::Texts>& texts);

}  // namespace cohort::analysis
