// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/people.h"

#include "cohort/identity/users.h"

namespace cohort::capture {

Result<std::string> People::name_of(const std::string& user) {
    const auto known = names_.find(user);
    if (known != names_.end()) return known->second;
    if (caller_ != nullptr && caller_->user.text == user)
        return names_.emplace(user, caller_->name).first->second;
    std::string name = user;
    if (const auto id = parse_id<UserId>(user)) {
        auto account = identity::get_user(tx_, *id);
        if (account) name = account->name;
        // Any other failure has ended the transaction: it cannot be taken for an unknown user.
        if (!account && account.error().kind != ErrorKind::not_found) return account.error();
    }
    return names_.emplace(user, std::move(name)).first->second;
}

Result<void> People::add(const Document& document) {
    for (const Row& row : document.rows) {
        for (const Item& item : row.items) TRY(name_of(item.by));
        if (row.removed) TRY(name_of(row.removed->by));
    }
    return {};
}

json::object People::to_json() const {
    json::object out;
    for (const auto& [id, name] : names_) out[id] = name;
    return out;
}

}  // namespace cohort::capture
