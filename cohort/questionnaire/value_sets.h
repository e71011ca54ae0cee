// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/questionnaire/questionnaire.h"

namespace cohort::questionnaire {

/// The codes of a ValueSet's tree without faults: its expansion, or the concepts it lists.
/// Errors: refused/value-set when it names codes that lie elsewhere (a whole code system).
Result<ValueSet> value_set_of(const json::Exact& tree);

}  // namespace cohort::questionnaire
