// SPDX-License-Identifier: Apache-2.0
// What a study adds to a questionnaire: how it is scored, and which answers are dangerous.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cohort/base/json.h"
#include "cohort/base/schema.h"
#include "cohort/questionnaire/score.h"

namespace cohort::epro {

/// A rule that calls somebody to a response, and what the patient reads at once.
struct AlertRule {
    std::string name;
    std::string expression;                   ///< true: the answers are dangerous
    std::map<std::string, std::string> help;  ///< by language
};

struct Rules {
    json::object scoring = {};  ///< a library as read_formulas() takes it; empty: no scores
    std::vector<AlertRule> alerts = {};

    /// The scores' formulas, and after them the alerts', which may use the scores.
    /// Errors: those of questionnaire::read_formulas().
    Result<questionnaire::FormulaLibrary> formulas() const;
};

/// {"scoring": {…} or null, "alerts": [{"name", "expression", "help": {"en": …}}]}
/// Errors: invalid/missing-field, invalid/wrong-type, invalid/expression.
Result<Rules> rules_from(const json::object& from);
json::object to_json(const Rules& rules);
json::Schema rules_schema();

/// What the formulas make of a response.
struct Judged {
    std::vector<questionnaire::Score> scores;
    std::vector<const AlertRule*> alerts;  ///< those that hold, or that failed
};

/// Scores a response and asks the alert rules. A rule that fails counts as one that holds: somebody
/// then looks at the answers, which is what the rule is for.
Judged judge(const questionnaire::Questionnaire& form, const questionnaire::Response& response,
             const Rules& rules, const questionnaire::FormulaLibrary& formulas);

}  // namespace cohort::epro
