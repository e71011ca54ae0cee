// SPDX-License-Identifier: Apache-2.0
// The report of a submission as an item of a job: a PDF in the store, and a mail to the study's
// doctor that says where it is.
#pragma once

#include <functional>
#include <string>

#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/kind.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/platform/mail/mail.h"
#include "cohort/report/report.h"

namespace cohort::delivery {

inline constexpr const char* report_kind_name = "submission.report";

/// What the report of a submission shows, and who is told of it.
struct Loaded {
    report::Report report;
    std::string doctor = {};  ///< the address; empty: nobody is told
    std::string link = {};    ///< where the doctor finds the report, after signing in
};

/// Reads it, in one snapshot. Errors that do not pass fail the item for good.
using Load = std::function<Result<Loaded>(db::Tx& tx, const std::string& submission)>;

struct Post {
    mail::Server server;
    std::string from;  ///< its domain is that of the Message-IDs too
};

/// A submission whose report is wanted.
struct Wanted {
    std::string submission;
    StudyId study = {};
    SiteId site = {};
    std::string name = {};  ///< for people, as in the list of items
};

/// Starts the work in the transaction that takes the submission: it is there exactly when the
/// submission is. While the same is under way, that is the answer.
Result<jobs::Enqueued> enqueue_report(db::Tx& tx, const Wanted& wanted, const std::string& by);

/// How an item is worked on. The report is kept before a mail is tried, once, whatever is tried
/// again. The mail is not repeated once it was sent, or may have been: the item is unknown then,
/// until somebody decides. Its Message-ID is the same at each attempt.
jobs::Kind report_kind(db::Db& db, pdf::Fonts fonts, Post post, Load load);

}  // namespace cohort::delivery
