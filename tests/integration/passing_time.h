// SPDX-License-Identifier: Apache-2.0
// For tests of alerts: minutes that pass for them, without anybody waiting.
#pragma once

#include <chrono>

#include "cohort/platform/db/db.h"
#include "tests/support/test.h"

namespace tests {

/// All that alerts and jobs are due at comes nearer by so much, as if the time had passed.
inline void let_pass(cohort::db::Db& db, std::chrono::minutes time) {
    const std::int64_t ms = std::chrono::milliseconds(time).count();
    const auto moved = db.transact([&](cohort::db::Tx& tx) -> cohort::Result<void> {
        TRY(
            tx.run("UPDATE patient_alert SET raised_at = raised_at - ?, due_at = due_at - ?, "
                   "next_step_at = next_step_at - ?",
                   ms, ms, ms));
        TRY(tx.run("UPDATE patient_alert_step SET due_at = due_at - ?, done_at = done_at - ?", ms,
                   ms));
        TRY(tx.run("UPDATE job_item SET due = due - ? WHERE due IS NOT NULL", ms));
        TRY(tx.run("UPDATE job SET ready_at = ready_at - ? WHERE ready_at IS NOT NULL", ms));
        return {};
    });
    CHECK(moved.ok());
}

}  // namespace tests
