// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/questionnaire.h"

#include <algorithm>

namespace cohort::questionnaire {

const char* to_string(ItemType type) {
    static constexpr const char* names[] = {"group",       "display",    "boolean",   "decimal",
                                            "integer",     "date",       "dateTime",  "time",
                                            "string",      "text",       "url",       "choice",
                                            "open-choice", "attachment", "reference", "quantity"};
    return names[static_cast<int>(type)];
}

const Coding* ValueSet::find(std::string_view code, const std::string* system) const {
    const auto at = std::find_if(codings.begin(), codings.end(), [&](const Coding& coding) {
        return coding.code == code && (system == nullptr || coding.system == *system);
    });
    return at == codings.end() ? nullptr : &*at;
}

const Item* Questionnaire::find(std::string_view link_id) const {
    const auto found = by_link_id_.find(link_id);
    return found == by_link_id_.end() ? nullptr : found->second;
}

const ValueSet* Questionnaire::value_set(const std::string& wanted) const {
    auto found = value_sets.find(wanted);
    if (found == value_sets.end()) found = value_sets.find(wanted.substr(0, wanted.find('|')));
    return found == value_sets.end() ? nullptr : &found->second;
}

void Questionnaire::index() {
    by_link_id_.clear();
    index(items);
}

void Questionnaire::index(const std::vector<Item>& all) {
    for (const Item& item : all) {
        by_link_id_.emplace(item.link_id, &item);
        index(item.items);
    }
}

std::string to_json(const Questionnaire& form) {
    return json::to_text(form.tree);
}

}  // namespace cohort::questionnaire
