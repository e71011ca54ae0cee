// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"

namespace cohort::questionnaire {

/// One result: a number in its digits, "true" or "false", a text; nothing where the answers it
/// needs are not there.
struct Score {
    std::string name;
    std::optional<std::string> value;
    std::string problem = {};  ///< why there is no value, where the formula failed

    bool operator==(const Score&) const = default;
};

/// Reads a library of formulas: {"name", "version", "formulas": [{"name", "expression"}]}. A
/// formula may use those before it, as %name. The library never changes; a better formula is a new
/// version. Errors: invalid/missing-field, invalid/wrong-type; invalid/expression, naming the
/// formula.
Result<FormulaLibrary> read_formulas(const json::object& from);

/// Scores a response. What an answer weighs is the form's word, never the response's. A formula
/// that fails, or that uses one that failed, has a problem; the others are not touched by it,
/// because what somebody has answered is kept whatever a formula makes of it.
std::vector<Score> score(const Questionnaire& form, const Response& response,
                         const FormulaLibrary& library);

/// What the form's own calculatedExpressions give, by linkId. One that fails gives nothing: the
/// form would say so of every response, and is held up at publishing.
std::vector<Score> calculated(const Questionnaire& form, const Response& response);

}  // namespace cohort::questionnaire
