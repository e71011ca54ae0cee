// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/rules.h"

namespace cohort::epro {

using json::has;
using json::Schema;
using json::wish;
using questionnaire::FormulaLibrary;

namespace {

json::array formulas_in(const json::object& scoring) {
    const json::value* all = scoring.if_contains("formulas");
    return all != nullptr && all->is_array() ? all->get_array() : json::array();
}

Result<AlertRule> alert_from(const json::object& from) {
    AlertRule rule{.name = TRY(json::get_string(from, "name")),
                   .expression = TRY(json::get_string(from, "expression")),
                   .help = {}};
    const json::object help = TRY(json::get_object(from, "help"));
    for (const auto& one : help)
        rule.help[std::string(one.key())] = TRY(json::get_string(help, one.key()));
    return rule;
}

}  // namespace

Result<FormulaLibrary> Rules::formulas() const {
    json::object all = scoring;
    if (all.empty()) all = {{"name", ""}, {"version", ""}};
    json::array formulas = formulas_in(scoring);
    for (const AlertRule& rule : alerts)
        formulas.push_back(json::object{{"name", rule.name}, {"expression", rule.expression}});
    all["formulas"] = std::move(formulas);
    return questionnaire::read_formulas(all);
}

Result<Rules> rules_from(const json::object& from) {
    Rules rules;
    if (auto scoring = TRY(json::find_object(from, "scoring"))) {
        TRY(questionnaire::read_formulas(*scoring));
        rules.scoring = std::move(*scoring);
    }
    for (const json::value& one : TRY(json::get_array(from, "alerts")))
        rules.alerts.push_back(TRY(alert_from(TRY(json::as_object(one, "an alert")))));
    TRY(rules.formulas());
    return rules;
}

json::object to_json(const Rules& rules) {
    json::array alerts;
    for (const AlertRule& rule : rules.alerts) {
        json::object help;
        for (const auto& [language, text] : rule.help) help[language] = text;
        alerts.push_back(json::object{
            {"name", rule.name}, {"expression", rule.expression}, {"help", std::move(help)}});
    }
    return {{"scoring", rules.scoring.empty() ? json::value(nullptr) : json::value(rules.scoring)},
            {"alerts", std::move(alerts)}};
}

Schema rules_schema() {
    const Schema formula =
        Schema::object({has("name", Schema::text()), has("expression", Schema::text())});
    const Schema scoring = Schema::named(
        "Scoring", Schema::object({has("name", Schema::text()), has("version", Schema::text()),
                                   has("formulas", Schema::list(formula))}));
    const Schema alert = Schema::named(
        "AlertRule", Schema::object({has("name", Schema::text()), has("expression", Schema::text()),
                                     has("help", Schema::map(Schema::text()))}));
    return Schema::named(
        "QuestionnaireRules",
        Schema::object({wish("scoring", scoring), has("alerts", Schema::list(alert))}));
}

Judged judge(const questionnaire::Questionnaire& form, const questionnaire::Response& response,
             const Rules& rules, const FormulaLibrary& formulas) {
    Judged judged{questionnaire::score(form, response, formulas), {}};
    const std::size_t scores = judged.scores.size() - rules.alerts.size();
    for (std::size_t i = 0; i < rules.alerts.size(); ++i) {
        const questionnaire::Score& found = judged.scores[scores + i];
        const bool is_certainly_none =
            found.problem.empty() && (!found.value || found.value == "false");
        if (!is_certainly_none) judged.alerts.push_back(&rules.alerts[i]);
    }
    judged.scores.resize(scores);
    return judged;
}

}  // namespace cohort::epro
