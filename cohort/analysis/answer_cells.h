// SPDX-License-Identifier: Apache-2.0
// How one question becomes columns, and an answer their cells.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cohort/analysis/columns.h"
#include "cohort/questionnaire/questionnaire.h"

namespace cohort::analysis {

/// The type of a question's column, and the columns behind it.
std::pair<Type, std::vector<Part>> columns_of(questionnaire::ItemType type);

/// The cells of an answer, in the order of the columns.
std::vector<Cell> cells_of(const questionnaire::Item& item, const std::vector<Part>& parts,
                           const questionnaire::Value& value);

/// What is stored, in one text: a code, digits as they were sent, a file's SHA-256.
std::string written_of(const questionnaire::Value& value);

}  // namespace cohort::analysis
