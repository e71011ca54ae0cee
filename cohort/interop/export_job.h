// SPDX-License-Identifier: Apache-2.0
// An export as a job: it goes on when its caller leaves or the server is killed, and its files can
// be fetched for as long as the job's items are kept.
#pragma once

#include <optional>

#include "cohort/identity/actor.h"
#include "cohort/platform/app.h"
#include "cohort/platform/http/router.h"
#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/steering/schedules.h"

namespace cohort::interop {

inline constexpr const char* export_kind_name = "study.export";

/// One file of the whole study, or a file each for its subjects.
enum class Each : bool { study, subject };

struct ExportWish {
    StudyId study = {};
    Each each = Each::study;
    jobs::Pace pace = {};
};

/// Starts an export, its audit record included. While the same one of the same person is under way,
/// that is the answer.
/// Errors: not_found/study; invalid/bad-pace.
Result<jobs::Enqueued> start_export(db::Tx& tx, const ExportWish& wish,
                                    const identity::Actor& actor);

/// How an item of an export is worked on: one snapshot of the store, one file.
jobs::Kind export_kind(db::Db& db);

/// How exports start by themselves.
steering::ScheduledKind export_schedule();

/// POST /studies/{study}/exports. The engine must outlive the router.
void export_routes(http::Router& router, App& app, jobs::Engine& engine);

}  // namespace cohort::interop
