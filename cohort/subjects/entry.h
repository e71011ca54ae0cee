// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/audit/audit.h"
#include "cohort/identity/actor.h"

namespace cohort::subjects {

/// An audit record that says who acts and by what way; the caller adds what it is about.
audit::Entry entry_of(const identity::Actor& actor, std::string action);

}  // namespace cohort::subjects
