// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/version.h"

namespace cohort {

const char* software_version() noexcept {
    return COHORT_VERSION;
}

}  // namespace cohort
