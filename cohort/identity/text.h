// SPDX-License-Identifier: Apache-2.0
// What the accounts' texts may hold. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::identity {

/// A login as it is stored and compared: lower case, without blanks around it.
/// Errors: invalid/bad-login unless it has 2 to 64 letters, digits or . _ - @ +, the first a letter
///         or a digit. Letters are ASCII: two logins that look alike are then the same.
Result<std::string> read_login(std::string_view typed);

/// A person's or an organisation's name: one line of 1 to 200 bytes without blanks around it.
/// Errors: invalid/bad-name.
Result<std::string> read_name(std::string_view typed);

}  // namespace cohort::identity
