// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/epro/patient_access.h"
#include "cohort/identity/identity.h"
#include "cohort/platform/auth/password.h"
#include "cohort/platform/config/config.h"

namespace cohort::app {

/// Sessions and guesses as the configuration wants them.
identity::Settings identity_settings(const config::Config& config);

/// The same for patients.
epro::PatientSettings patient_settings(const config::Config& config);

/// What hashing a password may cost.
auth::PasswordHasher::Options hasher_options(const config::Config& config);

}  // namespace cohort::app
