// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/forms.h"
#include "cohort/epro/languages.h"
#include "cohort/epro/phone_faults.h"

namespace cohort::epro {

using questionnaire::Constraint;
using questionnaire::Item;

Result<std::shared_ptr<const ReadyForm>> make_ready(const std::string& body, const Rules& rules) {
    auto read = TRY(questionnaire::read_questionnaire(body, questionnaire::Format::json));
    if (!read.form)
        return internal("stored-questionnaire",
                        "A questionnaire that was imported cannot be read any more.");
    auto ready = std::make_shared<ReadyForm>();
    ready->form = std::move(*read.form);
    ready->languages = languages_of(ready->form);
    ready->rules = rules;
    ready->formulas = TRY(rules.formulas());
    return std::shared_ptr<const ReadyForm>(std::move(ready));
}

namespace {

void add_unusable(const std::vector<Constraint>& constraints, const std::string& place,
                  std::vector<PublishingFault>& faults) {
    for (const Constraint& one : constraints)
        if (!one.rule.expression)
            faults.push_back({"rule-unusable", place,
                              "the rule " + one.key + " cannot be used: " + one.rule.problem});
}

void add_unusable(const std::vector<Item>& items, std::vector<PublishingFault>& faults) {
    for (const Item& item : items) {
        add_unusable(item.constraints, item.place, faults);
        add_unusable(item.items, faults);
    }
}

}  // namespace

std::vector<PublishingFault> publishing_faults(const ReadyForm& ready) {
    std::vector<PublishingFault> faults;
    for (const MissingText& one : missing_texts(ready.form))
        faults.push_back(
            {"translation-missing", one.place, "the text is not there in " + one.language});
    add_unusable(ready.form.constraints, "", faults);
    add_unusable(ready.form.items, faults);
    for (PublishingFault& one : phone_faults(ready.form)) faults.push_back(std::move(one));
    for (std::size_t i = 0; i < ready.rules.alerts.size(); ++i)
        for (const std::string& language : ready.languages) {
            const auto& help = ready.rules.alerts[i].help;
            const auto found = help.find(language);
            if (found == help.end() || found->second.empty())
                faults.push_back({"help-missing", "/alerts/" + std::to_string(i) + "/help",
                                  "what the patient reads is not there in " + language});
        }
    return faults;
}

}  // namespace cohort::epro
