// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/analysis/table.h"

namespace cohort::analysis {

/// Statements that make the tables where they are not there, and put a site's rows in the place of
/// those that it had: all of them, or none. SQLite and PostgreSQL run them alike.
///
/// Shape: a table whose first column is `site` keeps the rows of other sites; one without is of
///        the study and replaced as a whole.
std::string to_sql(const std::vector<const Table*>& tables, const std::string& site);

}  // namespace cohort::analysis
