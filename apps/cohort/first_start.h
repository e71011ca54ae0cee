// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/base/result.h"
#include "cohort/platform/app.h"
#include "cohort/platform/auth/password.h"

namespace cohort::app {

/// Gives an empty store the demo organisation, its users and the demo study, if data.demo says so.
/// A store that holds anything is left alone.
Result<void> first_start(App& app, auth::PasswordHasher& hasher);

}  // namespace cohort::app
