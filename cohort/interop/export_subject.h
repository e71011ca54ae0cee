// SPDX-License-Identifier: Apache-2.0
// Inside the module: one subject out of the tables.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cohort/capture/forms.h"
#include "cohort/interop/odm_file.h"
#include "cohort/study/definition.h"

namespace cohort::interop {

struct StudyVersions {
    const std::string& latest;                                                           ///< OID
    const std::map<std::string, std::string>& oids;                                      ///< by id
    const std::map<std::string, std::shared_ptr<const study::Definition>>& definitions;  ///< by OID
};

/// The subject under each metadata version in which it has forms or stood in an imported file.
Result<std::vector<std::pair<std::string, SubjectData>>> export_subject(
    db::Tx& tx, const subjects::Subject& subject, const StudyVersions& versions);

}  // namespace cohort::interop
