// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/auth/library.h"

#include <sodium.h>

#include "weft/ensure.h"

namespace cohort::auth {

void use_library() {
    static const bool ready = sodium_init() >= 0;
    ENSURE(ready, "libsodium starts");
}

}  // namespace cohort::auth
