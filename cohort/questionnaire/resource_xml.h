// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "cohort/base/exact_json.h"

namespace cohort::questionnaire {

/// FHIR's XML as the tree its JSON would give. What the tables do not know comes through as an
/// object of that name, for the check to refuse.
/// Errors: those of xml::parse(); invalid/resource-type for a root outside FHIR's namespace.
Result<json::Exact> tree_of_xml(std::string_view bytes, std::size_t bytes_max);

}  // namespace cohort::questionnaire
