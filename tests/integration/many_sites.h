// SPDX-License-Identifier: Apache-2.0
// Many sites that enter forms over HTTP, made up from a seed, and what tables of theirs must hold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/platform/db/db.h"
#include "tests/world/world.h"

namespace tests {

/// A site with what was entered there.
struct EnteredSite {
    cohort::SiteId id;
    std::string oid;
    std::vector<std::string> rows = {};  ///< how those of crf_f.csv begin, one a completed form
    std::int64_t open_forms = 0;
    std::int64_t group_rows = 0;
    std::int64_t values = 0;
};

/// Adds sites to a study: "S1000", "S1001" and so on.
std::vector<EnteredSite> add_sites(cohort::db::Db& db, const cohort::StudyId& study, int count);

/// Lets each site enter one to eight subjects with a form each, most of which are completed.
/// Shape: nobody else writes meanwhile. Blocks: the goroutine.
void enter_forms(const std::string& address, const std::string& token, const cohort::StudyId& study,
                 std::vector<EnteredSite>& sites, std::uint64_t seed);

/// What tables of a site miss of what was entered there, or have too much. Empty when nothing.
std::string difference(const EnteredSite& site, const std::string& archive);

}  // namespace tests
