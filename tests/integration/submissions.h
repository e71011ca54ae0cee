// SPDX-License-Identifier: Apache-2.0
// Many submissions at many sites, without as many patients at their phones.
#pragma once

#include <vector>

#include "cohort/push/deliveries.h"
#include "tests/world/world.h"

namespace tests {

/// Makes `sites` new sites of the study and gives them, in turns, subjects who have submitted what
/// the patients have whose responses are in the store already, each on a day of its own and with a
/// report that waits for the next push: `reports` submissions in all. Shape: the new sites.
cohort::Result<std::vector<cohort::SiteId>> add_submissions(cohort::db::Tx& tx,
                                                            const Ground& ground, int sites,
                                                            int reports);

}  // namespace tests
