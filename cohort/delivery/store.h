// SPDX-License-Identifier: Apache-2.0
// Reports that were made and mails that were handed over, in the store.
#pragma once

#include <string>
#include <vector>

#include "cohort/base/time.h"
#include "cohort/platform/db/tx.h"

namespace cohort::delivery {

struct Made {
    std::string digest;  ///< SHA-256 of the body
    std::string body;    ///< PDF
    Instant made_at;
};

/// Keeps the report of a submission. One that is there already stays: it was issued.
/// Shape: whether it is new.
Result<bool> keep(db::Tx& tx, const std::string& submission, const Made& made);

/// Errors: not_found/report.
Result<Made> get(db::Tx& tx, const std::string& submission);

/// An attempt at the mail of a report.
struct Attempt {
    std::string message_id;
    std::string fate;   ///< "sent", "refused", "try-later" or "unknown"
    std::string reply;  ///< the server's last word, or why there is none
    Instant at;
};

Result<void> note(db::Tx& tx, const std::string& submission, const Attempt& attempt);

/// In their order.
Result<std::vector<Attempt>> attempts(db::Tx& tx, const std::string& submission);

}  // namespace cohort::delivery
