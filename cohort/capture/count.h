// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cohort/base/id.h"
#include "cohort/platform/db/tx.h"

namespace cohort::capture {

/// How many forms of a site's subjects are complete.
Result<std::int64_t> count_complete(db::Tx& tx, const StudyId& study, const SiteId& site);

}  // namespace cohort::capture
