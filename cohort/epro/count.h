// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cohort/base/id.h"
#include "cohort/platform/db/tx.h"

namespace cohort::epro {

/// How many responses the subjects of a site have given.
Result<std::int64_t> count_responses(db::Tx& tx, const StudyId& study, const SiteId& site);

}  // namespace cohort::epro
