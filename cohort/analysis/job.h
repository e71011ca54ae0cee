// SPDX-License-Identifier: Apache-2.0
// The nightly run: a job with an item for each site, which makes tables of what the site recorded.
#pragma once

#include "cohort/base/id.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/steering/schedules.h"

namespace cohort::analysis {

inline constexpr const char* analysis_kind_name = "study.analysis";

/// Starts a run over all sites that take or took part, its audit record included. While one of the
/// study is under way, that is the answer.
/// Errors: not_found/study; refused/no-site: there is none to make tables of.
Result<jobs::Enqueued> start_analysis(db::Tx& tx, const StudyId& study,
                                      const identity::Actor& actor);

/// How an item is worked on: one snapshot of the store, the files of one site, and these in the
/// place of those before in the transaction that ends the item. Its result is their manifest.
jobs::Kind analysis_kind(db::Db& db);

/// How runs start by themselves.
steering::ScheduledKind analysis_schedule();

}  // namespace cohort::analysis
