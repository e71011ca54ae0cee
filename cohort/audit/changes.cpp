// SPDX-License-Identifier: Apache-2.0
#include "cohort/audit/changes.h"

namespace cohort::audit {

Result<std::int64_t> last_number(db::Tx& tx, const StudyId& study) {
    const auto row =
        TRY(tx.one("SELECT COALESCE(MAX(number), 0) FROM audit_seal WHERE chain = ?", study));
    return row.get<std::int64_t>(0);
}

Result<std::vector<Change>> changes_after(db::Tx& tx, const StudyId& study, std::int64_t number,
                                          std::int64_t most) {
    std::vector<Change> changes;
    for (const db::Row& row : TRY(tx.all("SELECT s.number, r.site, r.subject, r.form_id, r.action "
                                         "FROM audit_seal s JOIN audit_record r ON r.id = s.record "
                                         "WHERE s.chain = ? AND s.number > ? "
                                         "ORDER BY s.number LIMIT ?",
                                         study, number, most))) {
        changes.push_back(
            {.number = row.get<std::int64_t>(0),
             .site = SiteId{row.get<std::optional<std::string>>(1).value_or("")},
             .subject = SubjectId{row.get<std::optional<std::string>>(2).value_or("")},
             .form = FormId{row.get<std::optional<std::string>>(3).value_or("")},
             .action = row.get<std::string>(4)});
    }
    return changes;
}

}  // namespace cohort::audit
