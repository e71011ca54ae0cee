// SPDX-License-Identifier: Apache-2.0
// `cohort site …`: the places where subjects are seen, from the machine's own command line.
#pragma once

#include <optional>
#include <string>

#include "cohort/platform/db/db.h"
#include "cohort/sites/named.h"

namespace cohort::sites {

struct AddSite {
    std::string oid;
    std::string name;
    std::string time_zone;                         ///< "Asia/Shanghai"
    std::optional<std::string> organisation = {};  ///< by name, created when new; or the only one
};

/// A site's part in a study.
struct SiteInStudy {
    std::string oid;
    std::string study;                       ///< OID
    std::optional<std::string> number = {};  ///< in the study; absent: its OID
};

/// Each returns what to print, lines ended.
/// Errors: those of create(), activate() and deactivate(); not_found/study; those of named.h.
Result<std::string> add_site(db::Db& db, const AddSite& wish);
Result<std::string> join_study(db::Db& db, const SiteInStudy& wish, const FindStudy& find_study);
Result<std::string> leave_study(db::Db& db, const SiteInStudy& wish, const FindStudy& find_study);
Result<std::string> list_sites(db::Db& db);

}  // namespace cohort::sites
