// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/record.h"

namespace cohort::identity {

audit::Entry entry_of(const Actor& actor, const std::string& action, const std::string& target) {
    audit::Entry entry;
    entry.actor = actor.name();
    entry.role = actor.role;
    entry.address = actor.address;
    entry.client = actor.client;
    entry.how = actor.how;
    entry.action = action;
    entry.target = target;
    return entry;
}

Result<void> record(db::Tx& tx, const Actor& actor, const std::string& action,
                    const std::string& target, json::object detail) {
    auto entry = entry_of(actor, action, target);
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

}  // namespace cohort::identity
