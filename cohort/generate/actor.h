// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/identity/actor.h"

namespace cohort::generate {

/// Who has done all that is made up, for the audit: nobody can take it for people's work.
inline identity::Actor maker() {
    identity::Actor actor;
    actor.part = "generator";
    actor.how = "cli";
    return actor;
}

}  // namespace cohort::generate
