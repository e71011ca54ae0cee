// SPDX-License-Identifier: Apache-2.0
// What a person types on the command line, found.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cohort/sites/sites.h"

namespace cohort::sites {

/// Finds a study by what a person types, its OID.
/// Errors: not_found/study.
using FindStudy = std::function<Result<StudyId>(db::Tx&, const std::string&)>;

/// The organisation of this name, created when it is new; without a name, the only one.
/// Errors: refused/which-organisation when there are none or several to choose from.
Result<OrganisationId> organisation_named(db::Tx& tx, const std::optional<std::string>& name);

/// The site with this OID.
/// Errors: not_found/site; refused/which-site when several organisations have one.
Result<Site> site_named(db::Tx& tx, const std::string& oid);

}  // namespace cohort::sites
