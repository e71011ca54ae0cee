// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/world/world.h"

namespace tests {

/// The ground, and around it what belongs to others: another study at the same site, and for every
/// role one person who holds it at site A of the first study ("monitor@site") and one who holds it
/// everywhere ("monitor@all"). Three admins are shut out: "disabled", and by their sessions'
/// end, "expired" and "idle".
struct Estate {
    Ground ground;
    cohort::StudyId other_study = {};
    cohort::UserId victim = {};  ///< an account of nobody's, to be managed
};

Estate lay_estate(cohort::db::Db& db);

}  // namespace tests
