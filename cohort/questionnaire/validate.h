// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"

namespace cohort::questionnaire {

enum class Severity { warning, error };

/// One thing wrong with a response. Holds nothing of what was answered.
struct Issue {
    Severity severity = Severity::error;
    std::string code;     ///< stable: "required", "wrong-type", …; listed in docs/questionnaires.md
    std::string link_id;  ///< empty for the response as a whole
    std::string place;    ///< JSON pointer in the response; of what is missing, where it belongs
    std::string message;
};

/// Holds a response against its form. No issue of severity error: it may be accepted.
///
/// A response in progress or stopped may still lack answers, or have too many: that is a warning
/// then. An item that is not enabled must not be answered and is not asked for. An item in a group
/// that is not there is not asked for either, unless the group itself is required.
/// Source: FHIR R4, Questionnaire and QuestionnaireResponse; SDC 3.0 for its extensions.
std::vector<Issue> validate(const Questionnaire& form, const Response& response);

bool has_errors(const std::vector<Issue>& issues);

}  // namespace cohort::questionnaire
