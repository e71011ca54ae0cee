// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/enable.h"

#include <algorithm>
#include <span>

namespace cohort::questionnaire {
namespace {

bool lies_in(const std::vector<Item>& items, const Item& wanted) {
    return std::any_of(items.begin(), items.end(), [&wanted](const Item& item) {
        return &item == &wanted || lies_in(item.items, wanted);
    });
}

void find_all(const std::vector<ResponseItem>& items, const std::string& link_id,
              std::vector<const ResponseItem*>& out) {
    for (const ResponseItem& item : items) {
        if (item.link_id == link_id) out.push_back(&item);
        for (const Answer& answer : item.answers) find_all(answer.items, link_id, out);
        find_all(item.items, link_id, out);
    }
}

// The last of that question before the position, else the first from there on.
const ResponseItem* nearest(const Scope& at, const std::string& link_id) {
    std::vector<const ResponseItem*> found;
    const std::span<const ResponseItem> all(*at.items);
    const std::size_t position = std::min(at.position, all.size());
    for (std::size_t i = 0; i < position; ++i) {
        if (all[i].link_id == link_id) found.push_back(&all[i]);
        for (const Answer& answer : all[i].answers) find_all(answer.items, link_id, found);
        find_all(all[i].items, link_id, found);
    }
    if (!found.empty()) return found.back();
    find_all(*at.items, link_id, found);
    return found.empty() ? nullptr : found.front();
}

std::span<const Answer> answers_to(const Questionnaire& form, const Item& question,
                                   const Scope& at) {
    for (const Scope* scope = &at; scope != nullptr; scope = scope->parent) {
        if (scope->definition == &question)
            return scope->answer ? std::span(scope->answer, 1) : std::span(scope->item->answers);
        const auto& part = scope->definition ? scope->definition->items : form.items;
        if (!lies_in(part, question)) continue;
        const ResponseItem* found = nearest(*scope, question.link_id);
        return found == nullptr ? std::span<const Answer>() : std::span(found->answers);
    }
    return {};
}

bool fulfils(const Value& answer, Operator op, const Value& wanted) {
    if (op == Operator::equal) return equal(answer, wanted);
    const auto found = order(answer, wanted);
    if (!found) return false;
    switch (op) {
        case Operator::greater:
            return *found > 0;
        case Operator::less:
            return *found < 0;
        case Operator::at_least:
            return *found >= 0;
        default:
            return *found <= 0;
    }
}

bool holds(const Questionnaire& form, const EnableWhen& when, const Scope& at) {
    const Item* question = form.find(when.question);
    if (question == nullptr) return false;
    const auto answers = answers_to(form, *question, at);
    if (when.op == Operator::exists) return answers.empty() == (when.answer.text == "false");
    if (when.op == Operator::not_equal)
        return !answers.empty() &&
               std::none_of(answers.begin(), answers.end(), [&when](const Answer& answer) {
                   return equal(answer.value, when.answer);
               });
    return std::any_of(answers.begin(), answers.end(), [&when](const Answer& answer) {
        return fulfils(answer.value, when.op, when.answer);
    });
}

}  // namespace

bool holds_enable_when(const Questionnaire& form, const Item& item, const Scope& at) {
    if (item.enable_when.empty()) return true;
    const auto one = [&](const EnableWhen& when) { return holds(form, when, at); };
    return item.enable_any ? std::any_of(item.enable_when.begin(), item.enable_when.end(), one)
                           : std::all_of(item.enable_when.begin(), item.enable_when.end(), one);
}

}  // namespace cohort::questionnaire
