// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/platform/http/request.h"

namespace cohort::http {

/// A request target taken apart and decoded.
struct Target {
    std::string path;
    Pairs query;
};

/// Reads "/path?query" or "http://host/path?query".
/// Errors: invalid/bad-path for anything whose meaning could be doubted: broken percent signs, an
/// encoded slash or NUL, a backslash, `.` and `..` segments, text that is not UTF-8.
Result<Target> parse_target(std::string_view target);

/// Reads "a=1&b=x%20y"; `+` is a space.
/// Errors: invalid/bad-query.
Result<Pairs> parse_query(std::string_view query);

/// Letters, digits and -._~ as they are, all else as %XX, for building URLs.
std::string percent_encode(std::string_view text);

}  // namespace cohort::http
