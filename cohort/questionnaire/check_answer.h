// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/questionnaire/questionnaire.h"

namespace cohort::questionnaire {

struct AnswerFinding {
    std::string code;
    std::string message;
};

/// What is wrong with one answer to an item that is a question. A value of the wrong type gives
/// that one finding and nothing else is asked.
std::vector<AnswerFinding> check_answer(const Questionnaire& form, const Item& item,
                                        const Value& value);

/// Whether FHIR R4 has a resource type of that name.
bool is_resource_type(std::string_view name);

}  // namespace cohort::questionnaire
