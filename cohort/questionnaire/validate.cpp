// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/validate.h"

#include <algorithm>

#include "cohort/questionnaire/check_answer.h"
#include "cohort/questionnaire/enable.h"
#include "cohort/questionnaire/evaluate.h"

namespace cohort::questionnaire {
namespace {

// The response's items of one definition, by their position in the list.
using Occurrences = std::vector<std::size_t>;

class Validator {
  public:
    Validator(const Questionnaire& form, const Response& response)
        : form_(form), response_(response), environment_{form, response} {}

    std::vector<Issue> run() {
        header();
        define(form_.variables, focus_on(response_));
        const Scope root{.items = &response_.items};
        level(form_.items, root);
        for (const Constraint& constraint : form_.constraints)
            hold(constraint, focus_on(response_), "", "");
        return std::move(issues_);
    }

  private:
    void issue(Severity severity, std::string code, std::string link_id, std::string place,
               std::string message) {
        issues_.push_back(
            {severity, std::move(code), std::move(link_id), std::move(place), std::move(message)});
    }
    void error(std::string code, std::string link_id, std::string place, std::string message) {
        issue(Severity::error, std::move(code), std::move(link_id), std::move(place),
              std::move(message));
    }
    // What somebody who is still answering may yet put right.
    void incomplete(std::string code, const Item& item, std::string place, std::string message) {
        const bool open = response_.status == "in-progress" || response_.status == "stopped";
        issue(open ? Severity::warning : Severity::error, std::move(code), item.link_id,
              std::move(place), std::move(message));
    }

    // --- the response as a whole ----------------------------------------------------------

    void header() {
        const std::string& named = response_.questionnaire;
        const auto bar = named.find('|');
        const bool other_version = bar != std::string::npos && !form_.version.empty() &&
                                   named.substr(bar + 1) != form_.version;
        if (named.empty())
            error("questionnaire-missing", "", "",
                  "it does not say which questionnaire it answers");
        else if (!form_.url.empty() && (named.substr(0, bar) != form_.url || other_version))
            error("wrong-questionnaire", "", "/questionnaire", "it answers another questionnaire");
        if (form_.status == "retired")
            issue(Severity::warning, "retired", "", "/questionnaire", "the form is retired");
        const auto authored = parse_moment("dateTime", response_.authored);
        if (!authored) return;
        if ((form_.effective_start && authored->latest_ms < form_.effective_start->earliest_ms) ||
            (form_.effective_end && authored->earliest_ms > form_.effective_end->latest_ms))
            issue(Severity::warning, "not-effective", "", "/authored",
                  "it was written outside the time in which the form is in use");
    }

    // --- levels ---------------------------------------------------------------------------

    void level(const std::vector<Item>& definitions, const Scope& at) {
        unknown(definitions, at);
        std::size_t last = 0;
        for (const Item& item : definitions) {
            Occurrences found;
            for (std::size_t i = 0; i < at.items->size(); ++i)
                if ((*at.items)[i].link_id == item.link_id) found.push_back(i);
            if (!found.empty() && found.front() < last)
                issue(Severity::warning, "out-of-order", item.link_id,
                      (*at.items)[found.front()].place, "the form asks for it in another order");
            if (!found.empty()) last = found.back();
            one_item(item, found, at);
        }
    }

    void unknown(const std::vector<Item>& definitions, const Scope& at) {
        for (const ResponseItem& item : *at.items) {
            if (std::any_of(definitions.begin(), definitions.end(),
                            [&item](const Item& known) { return known.link_id == item.link_id; }))
                continue;
            if (form_.find(item.link_id) == nullptr)
                error("unknown-item", item.link_id, item.place, "the form has no such item");
            else
                error("misplaced-item", item.link_id, item.place, "the form has it elsewhere");
        }
    }

    static std::string place_of(const Scope& at) {
        return at.answer ? at.answer->place : at.item ? at.item->place : "";
    }

    bool enabled(const Item& item, const Scope& at) {
        if (!holds_enable_when(form_, item, at)) return false;
        if (!item.enable_expression || !item.enable_expression->expression) return true;
        ResponseItem absent;
        absent.link_id = item.link_id;
        const bool there =
            at.position < at.items->size() && (*at.items)[at.position].link_id == item.link_id;
        const auto found = evaluate(*item.enable_expression->expression, environment_,
                                    focus_on(there ? (*at.items)[at.position] : absent, &item));
        if (!found) return false;
        const auto truth = truth_of(*found);
        return truth && truth->value_or(false);
    }

    // Where an item that is not there would stand: after those the form asks for before it.
    static std::size_t would_be(const Item& item, const std::vector<Item>& definitions,
                                const std::vector<ResponseItem>& items) {
        std::size_t after = 0;
        for (const Item& before : definitions) {
            if (&before == &item) break;
            for (std::size_t i = 0; i < items.size(); ++i)
                if (items[i].link_id == before.link_id) after = std::max(after, i + 1);
        }
        return after;
    }

    void one_item(const Item& item, const Occurrences& found, const Scope& at) {
        Scope here = at;
        const auto& siblings = at.definition ? at.definition->items : form_.items;
        here.position = found.empty() ? would_be(item, siblings, *at.items) : found.front();
        if (!enabled(item, here)) {
            for (const std::size_t i : found)
                if ((*at.items)[i].has_content())
                    error("not-enabled", item.link_id, (*at.items)[i].place,
                          "it is answered although it is not asked for");
            return;
        }
        if (item.type == ItemType::display) return display(item, found, at);
        if (item.type == ItemType::group) return group(item, found, at);
        question(item, found, at);
    }

    void display(const Item& item, const Occurrences& found, const Scope& at) {
        for (const std::size_t i : found)
            if ((*at.items)[i].has_content())
                error("display-answered", item.link_id, (*at.items)[i].place,
                      "an item that is only shown cannot be answered");
    }

    void group(const Item& item, const Occurrences& found, const Scope& at) {
        bool content = false;
        for (const std::size_t i : found) {
            const ResponseItem& one = (*at.items)[i];
            content = content || one.has_content();
            if (!one.answers.empty())
                error("group-answered", item.link_id, one.place, "a group has no answers itself");
            inside(item, one, nullptr, one.items, at, i);
        }
        if (item.required && !content)
            return incomplete("required", item,
                              found.empty() ? place_of(at) : (*at.items)[found[0]].place,
                              "nothing in this group is answered, and something must be");
        count(item, found.size(), !found.empty(), at);
    }

    void inside(const Item& item, const ResponseItem& one, const Answer* answer,
                const std::vector<ResponseItem>& items, const Scope& at, std::size_t position) {
        Scope above = at;
        above.position = position;
        const Scope below{
            .parent = &above, .items = &items, .definition = &item, .item = &one, .answer = answer};
        const auto before = environment_.variables;
        define(item.variables, focus_on(one, &item));
        level(item.items, below);
        if (answer == nullptr)
            for (const Constraint& constraint : item.constraints)
                hold(constraint, focus_on(one, &item), item.link_id, one.place);
        environment_.variables = before;
    }

    // How often a group stands there, or how many answers a question has.
    void count(const Item& item, std::size_t number, bool there, const Scope& at) {
        const auto most = item.max_occurs ? static_cast<std::size_t>(std::max(0, *item.max_occurs))
                          : item.repeats  ? number
                                          : 1;
        if (number > most)
            incomplete("too-many", item, place_of(at),
                       "it may be answered " + std::to_string(most) + " times at most");
        if (item.min_occurs && (there || item.required) &&
            number < static_cast<std::size_t>(std::max(0, *item.min_occurs)))
            incomplete(
                "too-few", item, place_of(at),
                "it must be answered " + std::to_string(*item.min_occurs) + " times at least");
    }

    void question(const Item& item, const Occurrences& found, const Scope& at) {
        std::size_t answers = 0;
        for (const std::size_t i : found) {
            const ResponseItem& one = (*at.items)[i];
            answers += one.answers.size();
            if (i != found.front())
                error("repeated-item", item.link_id, one.place,
                      "several answers to a question stand in one item");
            for (const ResponseItem& misplaced : one.items)
                error("misplaced-item", misplaced.link_id, misplaced.place,
                      "what is asked after an answer stands under that answer");
            for (const Answer& answer : one.answers) {
                for (AnswerFinding& finding : check_answer(form_, item, answer.value))
                    error(std::move(finding.code), item.link_id, answer.place,
                          std::move(finding.message));
                inside(item, one, &answer, answer.items, at, i);
            }
            exclusive(item, one);
            for (const Constraint& constraint : item.constraints)
                hold(constraint, focus_on(one, &item), item.link_id, one.place);
        }
        if (item.required && answers == 0)
            return incomplete("required", item, place_of(at), "it must be answered");
        count(item, answers, !found.empty(), at);
    }

    void exclusive(const Item& item, const ResponseItem& one) {
        if (one.answers.size() < 2) return;
        for (const Answer& answer : one.answers)
            for (const Option& option : item.options)
                if (option.exclusive && equal(option.value, answer.value))
                    return error("exclusive-option", item.link_id, answer.place,
                                 "it cannot be chosen together with another");
    }

    // --- expressions ----------------------------------------------------------------------

    void define(const std::vector<NamedExpression>& variables, const Datum& focus) {
        for (const NamedExpression& variable : variables) {
            Collection value;
            if (variable.expression)
                if (auto found = evaluate(*variable.expression, environment_, focus))
                    value = std::move(*found);
            environment_.variables[variable.name] = std::move(value);
        }
    }

    void hold(const Constraint& constraint, const Datum& focus, const std::string& link_id,
              const std::string& place) {
        Result<std::optional<bool>> truth = invalid("expression", constraint.rule.problem);
        if (constraint.rule.expression) {
            auto found = evaluate(*constraint.rule.expression, environment_, focus);
            truth = found ? truth_of(*found) : Result<std::optional<bool>>(found.error());
        }
        if (!truth)
            return issue(Severity::warning, "constraint-unusable", link_id, place,
                         "the rule " + constraint.key + " cannot be used: " + truth.error().text);
        if (truth->value_or(true)) return;
        issue(constraint.warning ? Severity::warning : Severity::error, "constraint", link_id,
              place, constraint.human);
    }

    const Questionnaire& form_;
    const Response& response_;
    Environment environment_;
    std::vector<Issue> issues_;
};

}  // namespace

std::vector<Issue> validate(const Questionnaire& form, const Response& response) {
    return Validator(form, response).run();
}

bool has_errors(const std::vector<Issue>& issues) {
    return std::any_of(issues.begin(), issues.end(),
                       [](const Issue& issue) { return issue.severity == Severity::error; });
}

}  // namespace cohort::questionnaire
