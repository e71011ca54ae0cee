// SPDX-License-Identifier: Apache-2.0
// Sites: where subjects are seen, and which of them take part in which study.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/identity/rights.h"
#include "cohort/platform/db/tx.h"

namespace cohort::sites {

using identity::Actor;

struct Site {
    SiteId id;
    OrganisationId organisation;
    std::string oid;  ///< of a study's list: the site's number in that study
    std::string name;
    std::string time_zone;  ///< "Asia/Shanghai"
};

struct NewSite {
    OrganisationId organisation;
    std::string oid;
    std::string name;
    std::string time_zone;
};

/// Creates a site, its audit record included.
/// Errors: invalid/bad-site-oid (1..64 characters, none of them a control character, no space at
///         either end), invalid/bad-site-name (1..200), invalid/unknown-zone, conflict/site-exists
///         (the organisation has this OID), not_found/organisation.
Result<Site> create(db::Tx& tx, const NewSite& wish, const Actor& actor);

/// Errors: not_found/site.
Result<Site> get(db::Tx& tx, const SiteId& id);

/// Every site, by OID.
Result<std::vector<Site>> list(db::Tx& tx);

/// The organisation's site with this OID, if there is one.
Result<std::optional<Site>> find(db::Tx& tx, const OrganisationId& organisation,
                                 const std::string& oid);

/// Lets a site take part in a study; again after it left. Twice is once.
/// Errors: not_found/site; conflict/site-oid-taken when another site of the study has `oid`.
Result<void> activate(db::Tx& tx, const StudyId& study, const SiteId& site, const Actor& actor,
                      const std::optional<std::string>& oid_in_study = {});

/// Ends a site's part in a study: no new subjects; what is there stays and can be read.
/// Errors: not_found/site when it never took part.
Result<void> deactivate(db::Tx& tx, const StudyId& study, const SiteId& site, const Actor& actor);

/// Whether the site takes part in the study at present.
Result<bool> is_active(db::Tx& tx, const StudyId& study, const SiteId& site);

/// The sites that take or took part in a study, by their number in it, as far as `filter` allows:
/// pass what identity says the caller may see.
Result<std::vector<Site>> of_study(db::Tx& tx, const StudyId& study,
                                   const identity::SiteFilter& filter = {.all = true});

/// The site with this number in the study, if there is one.
Result<std::optional<Site>> find_in_study(db::Tx& tx, const StudyId& study, const std::string& oid);

/// The active sites of a study that `filter` allows: where a caller may enrol.
Result<std::vector<Site>> active_of_study(db::Tx& tx, const StudyId& study,
                                          const identity::SiteFilter& filter = {.all = true});

}  // namespace cohort::sites
