// SPDX-License-Identifier: Apache-2.0
// The roles of a trial and what each may do: one table, in roles.cpp, and nothing beside it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/http/access.h"

namespace cohort::identity {

using http::Permission;

/// The work somebody does in a study, by the word the field uses. Each has a stable word
/// ("data_manager") for the database, the API and the UI.
enum class Role : std::uint8_t {
    coordinator,     ///< CRC: enters the forms at a site
    investigator,    ///< PI or sub-I: the site's doctor
    monitor,         ///< CRA: reads, never writes
    data_manager,    ///< builds the study, exports
    statistician,    ///< reads and exports
    sponsor,         ///< sees progress, not values
    office,          ///< the hospital's trial office
    coder,           ///< codes terms, never edits them
    pharmacist,      ///< handles drugs, possibly unblinded
    safety_officer,  ///< follows adverse events
    nurse,           ///< follow-up calls
    editor,          ///< medical affairs: never sees patients
    engineer,        ///< interfaces and their health
    admin,           ///< accounts and the system, no clinical data
    auditor,         ///< authority or QA: reads everything, changes nothing
};
inline constexpr std::size_t role_count = 15;

inline constexpr std::array<Role, role_count> all_roles{
    Role::coordinator, Role::investigator, Role::monitor,  Role::data_manager, Role::statistician,
    Role::sponsor,     Role::office,       Role::coder,    Role::pharmacist,   Role::safety_officer,
    Role::nurse,       Role::editor,       Role::engineer, Role::admin,        Role::auditor,
};

std::string_view to_string(Role role) noexcept;
std::optional<Role> parse_role(std::string_view word) noexcept;

/// The role of this word, or an error that names those there are.
/// Errors: refused/unknown-role.
Result<Role> read_role(std::string_view word);

/// Whether the role carries the permission, wherever it is held.
bool carries(Role role, Permission permission) noexcept;

/// Whether a permission only looks. Looking at a whole study is allowed to somebody of one of its
/// sites (the answer is then narrowed to these sites); acting on it is not, nor is looking at its
/// jobs, which cannot be narrowed.
bool only_looks(Permission permission) noexcept;

}  // namespace cohort::identity
