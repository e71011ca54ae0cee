// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace cohort::http {

/// Without blanks and tabs around it.
std::string_view trimmed(std::string_view text);

/// Takes the first member off a header that is a list ("a, b"), trimmed.
/// Source: RFC 9110 §5.6.1.
std::string_view take_member(std::string_view& list);

}  // namespace cohort::http
