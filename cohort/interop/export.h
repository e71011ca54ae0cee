// SPDX-License-Identifier: Apache-2.0
// Studies out of the tables, as one ODM 1.3.2 file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/interop/odm_file.h"
#include "cohort/platform/db/tx.h"

namespace cohort::interop {

/// The studies with all their versions and subjects, and the studies whose versions they include;
/// with `only`, of all subjects that one, who must be of the first study.
///
/// Shape:  attributes of the ODM element that describe a file (FileOID, CreationDateTime,
///         SourceSystem …) are this file's own; PriorFileOID names the imported one. Removed rows
///         and implied definitions are left out.
/// Errors: not_found/study; not_found/subject.
Result<OdmFile> export_studies(db::Tx& tx, const std::vector<StudyId>& studies, Instant at,
                               const std::optional<SubjectId>& only = {});

/// The file as UTF-8 XML.
std::string to_xml(const OdmFile& file);

}  // namespace cohort::interop
