// SPDX-License-Identifier: Apache-2.0
// Everything that one site recorded in a study, as tables.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/analysis/record.h"
#include "cohort/analysis/table.h"
#include "cohort/audit/mark.h"
#include "cohort/base/id.h"
#include "cohort/platform/db/tx.h"

namespace cohort::analysis {

struct SiteTables {
    std::string study;          ///< OID
    std::string study_version;  ///< OID of the metadata version that the tables are made by
    std::string site;           ///< its number in the study
    /// The last record about a subject of the site: what came later is not in the tables.
    std::optional<audit::Mark> audit = {};
    std::vector<Table> forms = {};  ///< and questionnaires, each with those of what repeats in it
    Table lineage = {};
    Table problems = {};
    Counts counts = {};
};

/// Shape:  the same for the same records, wherever and whenever it is called. The tables of a study
///         have the same names and columns at each of its sites.
/// Errors: not_found/study, not_found/site, not_found/metadata-version; internal/stored-*: a record
///         cannot be read.
/// Blocks: its thread, for as long as all forms of the site take. Call it in a read().
Result<SiteTables> structure_site(db::Tx& tx, const StudyId& study, const SiteId& site);

/// What each column holds: type, item, label, by table and position.
Table dictionary_of(const SiteTables& tables);

}  // namespace cohort::analysis
