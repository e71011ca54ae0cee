// SPDX-License-Identifier: Apache-2.0
// Errors as application/problem+json (RFC 9457), by one table.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/base/result.h"
#include "cohort/platform/http/reply.h"

namespace cohort::http {

/// One thing that is wrong with the input.
struct FieldError {
    std::string pointer;  ///< JSON pointer into the body: "/changes/0/raw"
    std::string code;
    std::string message;
    std::optional<json::value> allowed = {};  ///< the values that would have been taken
};

/// An error with all a caller can be told. Never patient data.
struct Problem {
    Error error;
    std::vector<FieldError> errors = {};
    json::object more = {};  ///< further members, such as `conflicts`
    std::optional<std::chrono::seconds> retry_after = {};
};

/// The HTTP status of an error: its kind's, unless its code has one of its own.
///
/// Shape: invalid 400, unauthenticated 401, forbidden 403, not_found 404, conflict 409, refused
/// 422,
///        throttled 429, unavailable 503, timeout 504, internal 500. Codes of their own:
///        if-match-missing 428; stale-version and item-changed 412; body-too-large 413; and what
///        the protocol itself asks for (405, 408, 414, 415, 417, 431, 501).
int status_of(const Error& error) noexcept;

/// The answer to a problem: {type:"urn:cohort:problem:CODE", title, status, detail, code, errors?,
/// …more}. The server adds `instance`. 429 and 503 always carry Retry-After.
Reply problem(const Problem& problem);
Reply problem(const Error& error);

}  // namespace cohort::http
