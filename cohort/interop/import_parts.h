// SPDX-License-Identifier: Apache-2.0
// Inside the module: the steps of one import.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "cohort/interop/import.h"
#include "cohort/study/store.h"

namespace cohort::interop {

/// What the steps of one import share.
struct Importing {
    db::Tx& tx;
    const OdmFile& file;
    const ImportOptions& options;
    Report report = {};
    std::map<std::string, StudyId> studies = {};  ///< by OID, those met so far

    /// The study, in the file or in the store before it.
    Result<std::optional<StudyId>> study(const std::string& oid);
    ReportedStudy& reported(const StudyId& id, const std::string& oid, const std::string& name);
};

/// Studies, versions, units.
Result<void> import_metadata(Importing& now);

/// An event for each version of the file that has forms and, after its data, still no event: people
/// could not enter anything otherwise.
Result<void> imply_events(Importing& now);

/// Users, locations, signature definitions, reference data and what else stands under ODM.
Result<void> import_annexes(Importing& now);

/// Subjects with their visits and forms.
Result<void> import_clinical(Importing& now);

/// The stored version that data refer to.
/// Errors: refused/metadata-first.
Result<study::VersionRef> version_for(Importing& now, const std::string& study_oid,
                                      const std::string& version_oid, const char* what, int line);

}  // namespace cohort::interop
