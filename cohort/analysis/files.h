// SPDX-License-Identifier: Apache-2.0
// A site's tables as files, the same bytes for the same tables.
#pragma once

#include <string>
#include <vector>

#include "cohort/analysis/site_tables.h"
#include "cohort/base/json.h"

namespace cohort::analysis {

struct File {
    std::string name;
    std::string text;  ///< UTF-8
};

/// {"forms": {"read", "structured", "left_out", "open"}, "responses", "rows", "values"}
json::object to_json(const Counts& counts);

/// A CSV file for each table, `tables.sql` with all of them, and last `manifest.json`, which names
/// the others with their rows and SHA-256, the versions, the counts, and the point in the audit
/// that they were taken at.
std::vector<File> files_of(const SiteTables& tables);

}  // namespace cohort::analysis
