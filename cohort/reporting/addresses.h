// SPDX-License-Identifier: Apache-2.0
// Whom a site lets know of reports: the study's doctor there, by mail.
#pragma once

#include <string>
#include <vector>

#include "cohort/base/time.h"
#include "cohort/identity/actor.h"
#include "cohort/platform/db/tx.h"

namespace cohort::reporting {

struct Address {
    SiteId site;
    std::string address;  ///< empty: nobody is told
    Instant changed_at;
    std::string changed_by;
};

/// Where reports of a site of a study are told; empty: nowhere.
Result<std::string> address_of(db::Tx& tx, const StudyId& study, const SiteId& site);

/// All that were ever set in a study.
Result<std::vector<Address>> addresses_of(db::Tx& tx, const StudyId& study);

/// Sets it, its audit record included; reports that have been told stay told. Empty: nobody is told
/// from here on.
/// Errors: not_found/site (it takes no part in the study); invalid/bad-address.
Result<Address> set_address(db::Tx& tx, const StudyId& study, const SiteId& site,
                            const std::string& address, const identity::Actor& actor);

}  // namespace cohort::reporting
