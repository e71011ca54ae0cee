// SPDX-License-Identifier: Apache-2.0
// A point in the audit, for those who say up to where they have looked.
#pragma once

#include <optional>

#include "cohort/audit/audit.h"

namespace cohort::audit {

/// A record and its time: everything up to there.
struct Mark {
    AuditId record;
    Instant at;
};

/// The last record about a subject, or nothing.
Result<std::optional<Mark>> newest_about(db::Tx& tx, const SubjectId& subject);

}  // namespace cohort::audit
