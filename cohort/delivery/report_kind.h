// SPDX-License-Identifier: Apache-2.0
// The report of a submission as an item of a job: a PDF in the store, and a mail to the study's
// doctor that says where it is.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/kind.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/platform/mail/settings.h"
#include "cohort/report/report.h"

namespace cohort::delivery {

inline constexpr const char* report_kind_name = "submission.report";

/// What the report of a submission shows, and who is told of it.
struct Loaded {
    report::Report report;
    std::string doctor = {};  ///< the address; empty: nobody is told
    std::string link = {};    ///< where the doctor finds the report, after signing in
};

/// Reads it. Errors that do not pass fail the item for good.
/// Blocks: the goroutine.
using Load = std::function<Result<Loaded>(const std::string& submission)>;
using OpenFonts = std::function<Result<pdf::Fonts>()>;

/// A submission whose report is wanted.
struct Wanted {
    std::string submission;
    StudyId study = {};
    SiteId site = {};
    std::string name = {};  ///< for people, as in the list of items
};

/// Adds an item to the job of the study's reports of this day (UTC), or starts that job: it takes
/// further items until keep_sealing() finds that the day is over. To be called once for a
/// submission.
Result<JobId> want_report(db::Tx& tx, const Wanted& wanted);

/// Ends the jobs of days that are over, so that they are over too when their items are.
/// Cancels: ends; this is how it ends.
void keep_sealing(db::Db& db);

/// How an item is worked on. The report is kept before a mail is tried, once, whatever is tried
/// again. The mail is not repeated once it was sent, or may have been: the item is unknown then,
/// until somebody decides. Its Message-ID is the same at each attempt. Where no mail can be sent
/// (`sending` is empty) or nobody is to be told, the item is done and says so.
jobs::Kind report_kind(db::Db& db, OpenFonts fonts, std::optional<mail::Sending> sending,
                       Load load);

}  // namespace cohort::delivery
