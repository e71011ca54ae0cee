// SPDX-License-Identifier: Apache-2.0
#include "cohort/subjects/entry.h"

#include <utility>

namespace cohort::subjects {

audit::Entry entry_of(const identity::Actor& actor, std::string action) {
    audit::Entry entry;
    entry.actor = actor.name();
    entry.role = actor.role;
    entry.action = std::move(action);
    entry.address = actor.address;
    entry.client = actor.client;
    entry.how = actor.how;
    return entry;
}

}  // namespace cohort::subjects
