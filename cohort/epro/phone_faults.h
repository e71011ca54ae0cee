// SPDX-License-Identifier: Apache-2.0
// What of a form the patient's page would ask otherwise than the server judges it: the page has no
// FHIRPath and converts no units (web/src/patient/form).
#pragma once

#include <vector>

#include "cohort/epro/forms.h"

namespace cohort::epro {

/// Every such element, in the form's order, each with its place and the item that it is of:
/// "phone-enable-expression", "phone-calculated" (nobody would fill it in), "phone-unit" (the
/// server compares units that the page does not), "phone-never-asked" (required, but filled in by
/// nobody).
std::vector<PublishingFault> phone_faults(const questionnaire::Questionnaire& form);

}  // namespace cohort::epro
