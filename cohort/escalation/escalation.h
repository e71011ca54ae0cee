// SPDX-License-Identifier: Apache-2.0
// An alert that nobody acknowledges is passed on: its job waits, tells whoever comes next, and
// waits again.
#pragma once

#include "cohort/epro/take.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/kind.h"

namespace cohort::escalation {

inline constexpr const char* escalation_kind_name = "alert.escalation";

/// Starts the job of each alert of a submission, in its transaction.
epro::FollowUp follow_up();

/// How it is worked on. Each step is a transaction of its own and happens once, however many
/// servers there are and whichever of them is killed. Over once somebody has acknowledged the alert
/// or nobody is left to be told. Nobody may pause, slow or cancel it.
jobs::Kind escalation_kind(db::Db& db);

}  // namespace cohort::escalation
