// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "cohort/base/id.h"
#include "cohort/base/result.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/config/config.h"
#include "cohort/platform/db/db.h"

namespace cohort::app {

/// Gives an empty store the demo organisation, its users and the demo study, or in its place a
/// study that is there. A store that has an organisation is left alone.
/// Shape: how many users were made.
/// Errors: invalid/no-demo-study; those of sites::first_start().
/// Blocks: the goroutine.
Result<std::size_t> first_start(db::Db& db, const config::Config& config,
                                auth::PasswordHasher& hasher,
                                const std::optional<StudyId>& study = {});

}  // namespace cohort::app
