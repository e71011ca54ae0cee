// SPDX-License-Identifier: Apache-2.0
// Inside the module: from subjects as they lie in files to visits and forms with keys of their own.
#pragma once

#include <string>
#include <vector>

#include "cohort/capture/forms.h"
#include "cohort/interop/kept.h"
#include "cohort/interop/odm_file.h"
#include "cohort/interop/report.h"

namespace cohort::interop {

struct PlannedForm {
    std::string version;  ///< OID of the metadata version
    std::string form;
    std::string form_repeat;
    capture::Document document;
    std::string extra;
};

struct PlannedVisit {
    std::string event;
    std::string repeat;
    std::vector<KeptPart> parts;
    std::vector<PlannedForm> forms;
};

struct PlannedSubject {
    std::string key;
    std::string site_oid;  ///< of the SiteRef; empty without
    std::vector<KeptPart> parts;
    std::vector<PlannedVisit> visits;
};

/// One SubjectData and the version it lies under.
struct Occurrence {
    std::string version;
    const SubjectData* data;
};

/// Brings everything a study's file says of one subject together.
///
/// Shape: a repeat key that is left out is "1"; where a file names two things alike within one
///        parent, the second gets the next free number and what the file said is kept.
PlannedSubject plan_subject(const std::vector<Occurrence>& occurrences);

}  // namespace cohort::interop
