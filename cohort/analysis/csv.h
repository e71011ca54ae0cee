// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/analysis/table.h"

namespace cohort::analysis {

/// The table as comma-separated values, its columns' names first.
///
/// Shape:  UTF-8, lines end in CR LF; NULL is nothing between the commas, an empty text is "".
/// Source: RFC 4180.
std::string to_csv(const Table& table);

}  // namespace cohort::analysis
