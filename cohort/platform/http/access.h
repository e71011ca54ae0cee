// SPDX-License-Identifier: Apache-2.0
// Who may call a route: said where the route is added, decided by the one authoriser.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/id.h"
#include "cohort/base/result.h"

namespace cohort::http {

struct Request;

/// What a role may do. Each has a stable word ("form.edit") for the database, the API and the UI.
enum class Permission : std::uint8_t {
    study_view,
    study_build,
    subject_view,
    subject_create,
    form_view,
    form_edit,
    form_complete,
    audit_view,
    export_run,
    job_view,
    job_steer,
    user_manage,
    system_view,
};

inline constexpr std::array all_permissions{
    Permission::study_view,     Permission::study_build, Permission::subject_view,
    Permission::subject_create, Permission::form_view,   Permission::form_edit,
    Permission::form_complete,  Permission::audit_view,  Permission::export_run,
    Permission::job_view,       Permission::job_steer,   Permission::user_manage,
    Permission::system_view,
};

std::string_view to_string(Permission permission) noexcept;
std::optional<Permission> parse_permission(std::string_view word) noexcept;

/// Where in the organisation a request acts. Empty: not bound to a study (`system.view`).
struct Scope {
    std::optional<StudyId> study;
    std::optional<SiteId> site;
};

/// Finds the scope of a request, usually by looking up the object its path names.
/// Errors: not_found when the object is unknown: unknown and forbidden answer alike.
using ScopeOf = std::function<Result<Scope>(Request&)>;

/// The scope of what is bound to no study.
Result<Scope> whole_system(Request&);

/// The caller's identity, set by the authoriser before the handler runs.
struct Principal {
    UserId user;
    std::string login;
    std::string name;
    std::string role;     ///< the role that gave the right, for the audit record
    std::string session;  ///< names the session; never the token itself
};

/// A route's rule. It has no default: a route without one cannot be written.
class Access {
  public:
    enum class Kind : std::uint8_t { open, signed_in, needs };

    /// Anybody may call; `why` says why that is right, and is shown in the list of routes.
    static Access open(std::string why);

    /// Any signed-in user, whatever the roles.
    static Access signed_in();

    /// Needs this permission on the scope that `scope` finds. The rule is decided before the body
    /// is read, so that a stranger's gigabyte is never waited for: `scope` sees path, query and
    /// headers.
    static Access needs(Permission permission, ScopeOf scope);

    /// The same where the scope is named in the body: decided after reading it.
    static Access needs_in_body(Permission permission, ScopeOf scope);

    Kind kind() const noexcept { return kind_; }
    const std::string& why() const noexcept { return why_; }
    Permission permission() const noexcept { return permission_; }
    bool reads_body() const noexcept { return reads_body_; }

    /// The request's scope; for rules that need none, the whole system.
    Result<Scope> scope(Request& request) const;

  private:
    Access(Kind kind, std::string why) : kind_(kind), why_(std::move(why)) {}

    Kind kind_;
    std::string why_;
    Permission permission_ = Permission::system_view;
    ScopeOf scope_;
    bool reads_body_ = false;
};

/// The one function that says yes or no. It sets `request.principal` when it knows the caller.
/// Errors: unauthenticated without a session, forbidden/csrf, forbidden when the caller may see the
/// scope but not do this, not_found when it may not even see it.
using Authoriser = std::function<Result<void>(Request&, const Access&)>;

}  // namespace cohort::http
