// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cohort/platform/http/request.h"
#include "cohort/questionnaire/resource.h"

namespace cohort::epro {

/// In which of FHIR's formats a body says that it is.
/// Errors: invalid/wrong-content-type.
Result<questionnaire::Format> fhir_format(const http::Request& request);

}  // namespace cohort::epro
