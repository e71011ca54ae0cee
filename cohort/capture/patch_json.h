// SPDX-License-Identifier: Apache-2.0
// The first stage: what a request's body asks for. Pure.
#pragma once

#include <vector>

#include "cohort/base/json.h"
#include "cohort/capture/complete.h"
#include "cohort/capture/merge.h"

namespace cohort::capture {

inline constexpr std::size_t changes_max = 1000;

/// Reads {changes, additions, removals}; each may be absent, all may not.
/// Errors: invalid/missing-field, invalid/wrong-type, naming the entry; invalid/empty-patch;
/// invalid/too-many-changes.
Result<Patch> patch_from(const json::object& body);

/// Reads {acknowledged}: objects {group, repeat, item, check}, "GROUP/REPEAT/ITEM/CHECK", or the
/// name of a check for every item that has a finding of it.
/// Errors: invalid/wrong-type, invalid/missing-field.
Result<std::vector<Acknowledgement>> acknowledged_from(const json::object& body);

/// A repeat key: text, or an integer for its decimal text; "1" when absent.
/// Errors: invalid/wrong-type.
Result<std::string> repeat_from(const json::object& from, std::string_view member);

}  // namespace cohort::capture
