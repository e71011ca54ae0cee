// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/platform/db/tx.h"

namespace cohort::audit {

/// That something about a subject or a form has changed, without what.
struct Change {
    std::int64_t number = 0;  ///< of its seal: grows by one with each record of the study
    SiteId site;              ///< empty where the record names none
    SubjectId subject;
    FormId form;
    std::string action;
};

/// The number of the study's last sealed record; 0 before the first.
Result<std::int64_t> last_number(db::Tx& tx, const StudyId& study);

/// The sealed records of a study after a number, in their order, `most` at most. The same for every
/// process on the store, and no record comes later with a smaller number.
Result<std::vector<Change>> changes_after(db::Tx& tx, const StudyId& study, std::int64_t number,
                                          std::int64_t most);

}  // namespace cohort::audit
