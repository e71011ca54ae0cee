// SPDX-License-Identifier: Apache-2.0
#include "cohort/delivery/store.h"

namespace cohort::delivery {

Result<bool> keep(db::Tx& tx, const std::string& submission, const Made& made) {
    const auto rows =
        TRY(tx.run("INSERT INTO report (submission, digest, body, made_at) VALUES (?, ?, ?, ?) "
                   "ON CONFLICT (submission) DO NOTHING",
                   submission, made.digest, db::Blob{made.body}, made.made_at));
    return rows > 0;
}

Result<Made> get(db::Tx& tx, const std::string& submission) {
    const auto row =
        TRY(tx.maybe("SELECT digest, body, made_at FROM report WHERE submission = ?", submission));
    if (!row) return not_found("report", "There is no report of this submission.");
    return Made{.digest = row->get<std::string>(0),
                .body = row->get<db::Blob>(1).bytes,
                .made_at = row->get<Instant>(2)};
}

Result<void> note(db::Tx& tx, const std::string& submission, const Attempt& attempt) {
    return tx.put(
        "INSERT INTO report_mail (submission, attempt, message_id, fate, reply, at) "
        "SELECT ?, count(*) + 1, ?, ?, ?, ? FROM report_mail WHERE submission = ?",
        submission, attempt.message_id, attempt.fate, attempt.reply, attempt.at, submission);
}

Result<std::vector<Attempt>> attempts(db::Tx& tx, const std::string& submission) {
    std::vector<Attempt> found;
    for (const db::Row& row :
         TRY(tx.all("SELECT message_id, fate, reply, at FROM report_mail WHERE submission = ? "
                    "ORDER BY attempt",
                    submission)))
        found.push_back({.message_id = row.get<std::string>(0),
                         .fate = row.get<std::string>(1),
                         .reply = row.get<std::string>(2),
                         .at = row.get<Instant>(3)});
    return found;
}

}  // namespace cohort::delivery
