// SPDX-License-Identifier: Apache-2.0
// When a form may be called complete. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cohort/capture/document.h"
#include "cohort/platform/http/problem.h"
#include "cohort/study/definition.h"

namespace cohort::capture {

/// "I have seen this soft finding and stand by the value." An empty `key.item` means every item
/// with a finding of that check.
struct Acknowledgement {
    ItemKey key;
    std::string check;
};

/// Everything that keeps a form from being complete, in the order of the form: `mandatory`, the
/// check of each hard finding, and `soft-check` for a soft finding that nobody acknowledged.
///
/// Shape: pointers are /items/GROUP/REPEAT/ITEM. A group that is not mandatory and has no content
///        needs nothing; where a row has content, its mandatory items need a value or a reason why
///        it is missing. A removed row counts for nothing.
/// Source: ODM 1.3.2, ItemGroupRef and ItemRef `Mandatory`: within an instance of the parent.
std::vector<http::FieldError> blockers(const study::Definition& definition,
                                       std::string_view form_oid, const Document& document,
                                       const std::vector<Acknowledgement>& acknowledged);

/// Marks the acknowledged soft findings in the document. Shape: how many became acknowledged.
int acknowledge(Document& document, const std::vector<Acknowledgement>& acknowledged);

}  // namespace cohort::capture
