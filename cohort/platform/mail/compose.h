// SPDX-License-Identifier: Apache-2.0
// A mail as its bytes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cohort/base/result.h"
#include "cohort/base/time.h"

namespace cohort::mail {

struct Mail {
    std::string from;  ///< "reports@trial.example"
    std::string to;
    std::string subject;  ///< UTF-8, without a control character; nothing of a patient belongs here
    std::string text;     ///< UTF-8, lines end by \n
    std::string id;       ///< "submission-1@trial.example": the same for each attempt at one mail
    Instant date = {};
};

/// Whether it is an address that can be written without quotes: ASCII, one @, a plain domain.
bool is_address(std::string_view text);

/// The message (RFC 5322), its text in base64, its subject encoded where it must be (RFC 2047).
/// Errors: invalid/bad-address of `from`, `to` or `id`; invalid/bad-subject: a control character,
///         which could end the line and begin a header.
Result<std::string> compose(const Mail& mail);

}  // namespace cohort::mail
