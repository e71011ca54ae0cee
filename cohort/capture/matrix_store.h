// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <vector>

#include "cohort/capture/matrix.h"
#include "cohort/platform/db/tx.h"

namespace cohort::capture {

using FormStates = std::unordered_map<SubjectId, std::vector<FormState>>;

/// The forms of these subjects of one study, in one query that never touches a document.
/// Shape: subjects come sorted by number, as subjects::list gives them.
Result<FormStates> form_states(db::Tx& tx, const std::vector<subjects::Subject>& subjects);

/// Repeats of visits that somebody in the study has.
Result<std::vector<ExtraVisit>> extra_visits(db::Tx& tx, const StudyId& study);

}  // namespace cohort::capture
