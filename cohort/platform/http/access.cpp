// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/access.h"

#include "weft/ensure.h"

namespace cohort::http {

static constexpr std::array<std::string_view, all_permissions.size()> words{
    "study.view", "study.build",   "subject.view", "subject.create", "form.view",
    "form.edit",  "form.complete", "audit.view",   "export.run",     "job.view",
    "job.steer",  "user.manage",   "system.view"};

std::string_view to_string(Permission permission) noexcept {
    return words[static_cast<std::size_t>(permission)];
}

std::optional<Permission> parse_permission(std::string_view word) noexcept {
    for (const Permission permission : all_permissions) {
        if (to_string(permission) == word) return permission;
    }
    return std::nullopt;
}

Result<Scope> whole_system(Request&) {
    return Scope{};
}

Access Access::open(std::string why) {
    ENSURE(!why.empty(), "an open route says why it is open");
    return {Kind::open, std::move(why)};
}

Access Access::signed_in() {
    return {Kind::signed_in, {}};
}

Access Access::needs(Permission permission, ScopeOf scope) {
    ENSURE(scope != nullptr, "a route that needs a permission says on what scope");
    Access access{Kind::needs, {}};
    access.permission_ = permission;
    access.scope_ = std::move(scope);
    return access;
}

Access Access::needs_in_body(Permission permission, ScopeOf scope) {
    Access access = needs(permission, std::move(scope));
    access.reads_body_ = true;
    return access;
}

Result<Scope> Access::scope(Request& request) const {
    return scope_ ? scope_(request) : Scope{};
}

}  // namespace cohort::http
