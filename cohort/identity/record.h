// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/audit/audit.h"
#include "cohort/identity/actor.h"

namespace cohort::identity {

/// Writes one audit record of an act on accounts. `target` is the user or session it is about.
Result<void> record(db::Tx& tx, const Actor& actor, const std::string& action,
                    const std::string& target, json::object detail = {});

/// The same for an entry that says more.
audit::Entry entry_of(const Actor& actor, const std::string& action, const std::string& target);

}  // namespace cohort::identity
