// SPDX-License-Identifier: Apache-2.0
// A report on its way to its site's receiver as an item of a job.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cohort/platform/auth/seal.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/kind.h"
#include "cohort/push/protocol.h"

namespace cohort::push {

inline constexpr const char* push_kind_name = "report.push";

struct Pushing {
    db::Db& db;
    const auth::SealingKey& key;  ///< of the tokens
    /// The PDF of a submission whose report was not made yet. Errors that do not pass fail the item
    /// for good. May block the goroutine.
    std::function<Result<std::string>(const std::string& submission)> render;
    Calling calling;
    std::chrono::milliseconds limit{30'000};  ///< for one call
    std::int64_t most_of_site = 4;            ///< in flight at once to one receiver
};

/// How an item is worked on. The report is made and kept where it is not, handed over, and done
/// once the receiver has acknowledged it with its digest. One that may have arrived is asked about
/// before anything is sent again. The delivery's row changes in the transactions that change the
/// item. Cancels: a call that runs is ended; what it leaves unknown is asked about after a resume.
jobs::Kind push_kind(Pushing pushing);

}  // namespace cohort::push
