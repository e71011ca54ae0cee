// SPDX-License-Identifier: Apache-2.0
// Subject numbers as text: what may be one, and how a site's next number becomes one. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::subjects {

/// Whether a text may be a subject's number: 1 to 64 characters of UTF-8, no control characters,
/// no space at either end.
/// Errors: invalid/bad-subject-key.
Result<void> check_key(std::string_view key);

/// Whether a text may be a site's pattern: a key with exactly one run of 1 to 9 '#'.
/// Errors: invalid/bad-number-pattern.
Result<void> check_pattern(std::string_view pattern);

/// The n-th key of a pattern: "S01-####" and 7 give "S01-0007".
/// Errors: refused/subject-numbers-used-up, when n has more digits than the pattern has room for.
Result<std::string> key_of(std::string_view pattern, std::int64_t n);

/// The pattern of a site that has none of its own: its OID and four digits. Characters that a key
/// may not have are left out.
std::string default_pattern(std::string_view site_oid);

}  // namespace cohort::subjects
