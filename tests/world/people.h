// SPDX-License-Identifier: Apache-2.0
// What the worlds of tests are put together from.
#pragma once

#include <string>

#include "cohort/identity/identity.h"
#include "cohort/platform/db/tx.h"
#include "cohort/study/metadata.h"

namespace tests {

/// The small study of capture's own tests, under an OID.
cohort::study::StudyMetadata test_study(const std::string& oid);

/// Somebody with a role and an open session, without the seconds that hashing a password takes.
/// Shape: the session's token.
cohort::Result<std::string> add_person(cohort::db::Tx& tx,
                                       const cohort::OrganisationId& organisation,
                                       const std::string& login,
                                       const cohort::identity::Holding& holding);

}  // namespace tests
