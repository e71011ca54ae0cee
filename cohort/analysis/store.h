// SPDX-License-Identifier: Apache-2.0
// The last run's files of each site, in the store.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cohort/analysis/files.h"
#include "cohort/base/id.h"
#include "cohort/base/time.h"
#include "cohort/platform/db/db.h"
#include "cohort/platform/jobs/claim.h"

namespace cohort::analysis {

/// One making of one site's files.
struct Run {
    std::string id;
    StudyId study;
    SiteId site;
    JobId job;
    Instant made_at;
    std::string manifest;  ///< JSON
};

/// Runs effects as a unit of its own, or says why not: whoever writes may be nobody's worker by
/// now.
using Keep = std::function<Result<void>(const jobs::Effects&)>;

/// Writes files in units of half a megabyte, so that a large site delays nobody. Nobody sees them
/// until publish() names their run; those of a run that was killed are removed by the next.
/// Errors: those of `keep`. Blocks: the goroutine.
Result<void> write_files(const Keep& keep, const Run& run, const std::vector<File>& files);

/// From here on the site's files are those of this run, all of them; every other run's are gone.
Result<void> publish(db::Tx& tx, const Run& run);

/// Errors: not_found/analysis: nothing was made of this site yet.
Result<Run> get_run(db::Tx& tx, const StudyId& study, const SiteId& site);

/// The files of a run, in the order in which they were written.
Result<std::vector<File>> files_of(db::Tx& tx, const Run& run);

}  // namespace cohort::analysis
