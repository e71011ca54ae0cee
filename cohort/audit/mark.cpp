// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/mark.h"

namespace cohort::audit {

Result<std::optional<Mark>> newest_about(db::Tx& tx, const SubjectId& subject) {
    const auto row =
        TRY(tx.maybe("SELECT id, at FROM audit_record WHERE subject = ? "
                     "ORDER BY at DESC, id DESC LIMIT 1",
                     subject));
    if (!row) return std::optional<Mark>();
    return std::optional(Mark{.record = row->get<AuditId>(0), .at = row->get<Instant>(1)});
}

}  // namespace cohort::audit
