// SPDX-License-Identifier: Apache-2.0
#include "cohort/identity/roles.h"

#include <initializer_list>
#include <string>

#include "weft/ensure.h"

namespace cohort::identity {

namespace {

using enum http::Permission;

constexpr std::uint32_t bit(Permission permission) noexcept {
    return std::uint32_t{1} << static_cast<unsigned>(permission);
}

constexpr std::uint32_t mask(std::initializer_list<Permission> permissions) noexcept {
    std::uint32_t all = 0;
    for (const Permission permission : permissions) all |= bit(permission);
    return all;
}

struct Line {
    Role role;
    std::string_view word;
    std::uint32_t permissions;
};

// The permission table, in the order of the enum. Why the gaps: a monitor and all who come after
// never touch a value; a sponsor sees aggregates, not forms; an admin keeps accounts and must not
// read clinical data, and like an engineer sees of jobs how they go and not whom they are about; an
// editor must not see patients, so nothing here is an editor's.
constexpr std::array<Line, role_count> table{{
    {Role::coordinator, "coordinator",
     mask({study_view, subject_view, subject_create, form_view, form_edit, form_complete,
           audit_view})},
    {Role::investigator, "investigator",
     mask({study_view, subject_view, subject_create, form_view, form_edit, form_complete,
           audit_view, export_run, job_view, job_steer})},
    {Role::monitor, "monitor", mask({study_view, subject_view, form_view, audit_view})},
    {Role::data_manager, "data_manager",
     mask({study_view, study_build, subject_view, form_view, audit_view, export_run, job_view,
           job_steer})},
    {Role::statistician, "statistician",
     mask({study_view, subject_view, form_view, audit_view, export_run, job_view, job_steer})},
    {Role::sponsor, "sponsor", mask({study_view, audit_view})},
    {Role::office, "office", mask({study_view})},
    {Role::coder, "coder", mask({study_view, subject_view, form_view})},
    {Role::pharmacist, "pharmacist", mask({study_view, subject_view})},
    {Role::safety_officer, "safety_officer",
     mask({study_view, subject_view, form_view, audit_view})},
    {Role::nurse, "nurse", mask({study_view, subject_view})},
    {Role::editor, "editor", mask({})},
    {Role::engineer, "engineer", mask({job_view, job_steer, system_view})},
    {Role::admin, "admin",
     mask({study_view, audit_view, job_view, job_steer, user_manage, system_view})},
    {Role::auditor, "auditor",
     mask({study_view, subject_view, form_view, audit_view, export_run, job_view})},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].role) != i || all_roles[i] != table[i].role)
            return false;
    return true;
}
static_assert(in_order(), "the table is indexed by role");

const Line& line_of(Role role) noexcept {
    const auto index = static_cast<std::size_t>(role);
    ENSURE(index < table.size(), "a role is one of the table's");
    return table[index];
}

}  // namespace

std::string_view to_string(Role role) noexcept {
    return line_of(role).word;
}

std::optional<Role> parse_role(std::string_view word) noexcept {
    for (const Line& line : table)
        if (line.word == word) return line.role;
    return std::nullopt;
}

Result<Role> read_role(std::string_view word) {
    if (const auto role = parse_role(word)) return *role;
    std::string known;
    for (const Role role : all_roles)
        known += (known.empty() ? "" : ", ") + std::string{to_string(role)};
    return refused("unknown-role", "There is no role of this name; there are: " + known + ".");
}

bool carries(Role role, Permission permission) noexcept {
    return (line_of(role).permissions & bit(permission)) != 0;
}

bool only_looks(Permission permission) noexcept {
    return (mask({study_view, subject_view, form_view, audit_view}) & bit(permission)) != 0;
}

}  // namespace cohort::identity
