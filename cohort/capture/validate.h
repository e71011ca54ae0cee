// SPDX-License-Identifier: Apache-2.0
// The second stage: what the study's definition says about a patch. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cohort/capture/merge.h"
#include "cohort/platform/http/problem.h"
#include "cohort/study/definition.h"

namespace cohort::capture {

/// The words for "there is no value, and this is why": not done, not applicable, unknown, refused.
inline constexpr std::string_view missing_reasons[] = {"ND", "NA", "UNK", "REFUSED"};

inline constexpr std::size_t raw_bytes_max = 64 * 1024;

/// Fills the typed value and the findings of every change, and lists what can never be stored:
/// unknown-item, duplicate-item, bad-missing-reason, value-and-missing, too-long, bad-character,
/// bad-repeat, bad-row-id, duplicate-row, not-repeating, reason-required (of a removal). A value
/// that breaks a check is stored with its finding.
///
/// Shape: empty when the patch may go on; pointers name the place in the request's body.
std::vector<http::FieldError> validate(const study::Definition& definition,
                                       std::string_view form_oid, Patch& patch);

/// Whether a text can name a row: 1 to 64 characters, none of them a control character, no space at
/// either end.
bool is_key(std::string_view text);

/// What the rows of the document say about a patch: unknown-row.
///
/// Shape: a row of a repeating group exists or is added by the patch. The one row of a group that
///        does not repeat appears with its first item; it keeps the key it has, "1" if it is new.
std::vector<http::FieldError> check_rows(const study::Definition& definition,
                                         const Document& document, const Patch& patch);

/// The typed value and the findings of one entered value; an item that the definition does not know
/// has neither.
void check_value(const study::Definition& definition, const std::string& item_oid,
                 const std::string& raw, const std::string& unit, json::value& value,
                 std::vector<Finding>& findings);

}  // namespace cohort::capture
