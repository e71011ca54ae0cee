// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cohort::auth {

/// Makes libsodium ready; cheap after the first call. A machine without random numbers cannot keep
/// a secret, so failure ends the process.
void use_library();

}  // namespace cohort::auth
