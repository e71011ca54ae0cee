// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/score.h"

#include <set>

#include "cohort/questionnaire/evaluate.h"
#include "cohort/questionnaire/evaluator.h"

namespace cohort::questionnaire {
namespace {

Result<std::optional<std::string>> value_of(const Collection& found) {
    if (found.empty()) return std::optional<std::string>();
    if (found.size() > 1) return invalid("expression-value", "it gives several values");
    const Datum& datum = found[0];
    switch (datum.kind) {
        case Datum::Kind::boolean:
        case Datum::Kind::number:
        case Datum::Kind::text:
        case Datum::Kind::moment:
            return std::optional(text_of(datum));
        default:
            return invalid("expression-value", "it gives no number, text or truth");
    }
}

Error named(const std::string& name, const Error& error) {
    return {error.kind, error.code, "the formula " + name + ": " + error.text};
}

struct Found {
    std::optional<std::string> value;
    Collection collection;
};

Result<Found> find_value(const NamedExpression& formula, const Environment& environment,
                         const Datum& whole, const std::set<std::string>& failed) {
    if (!formula.expression) return invalid("expression", formula.problem);
    for (const std::string& used : formula.expression->variables())
        if (failed.contains(used))
            return invalid("expression", "it uses " + used + ", which failed");
    auto collection = TRY(evaluate(*formula.expression, environment, whole));
    auto value = TRY(value_of(collection));
    return Found{std::move(value), std::move(collection)};
}

// Follows the items of the response, so that variables of groups stand where they belong.
class Calculator {
  public:
    Calculator(const Questionnaire& form, const Response& response)
        : environment_{form, response} {}

    std::vector<Score> run() {
        const Datum whole = focus_on(environment_.response);
        define(environment_.form.variables, whole);
        level(environment_.form.items, environment_.response.items);
        return std::move(out_);
    }

  private:
    void define(const std::vector<NamedExpression>& all, const Datum& focus) {
        for (const NamedExpression& one : all) {
            auto found = one.expression ? evaluate(*one.expression, environment_, focus)
                                        : Result<Collection>(Collection{});
            environment_.variables[one.name] = found ? std::move(*found) : Collection{};
        }
    }

    void level(const std::vector<Item>& definitions, const std::vector<ResponseItem>& items) {
        for (const Item& item : definitions) {
            bool there = false;
            for (const ResponseItem& one : items)
                if (one.link_id == item.link_id) {
                    there = true;
                    visit(item, one);
                }
            if (there) continue;
            ResponseItem absent;
            absent.link_id = item.link_id;
            visit(item, absent);
        }
    }

    void visit(const Item& item, const ResponseItem& one) {
        const auto before = environment_.variables;
        const Datum focus = focus_on(one, &item);
        define(item.variables, focus);
        if (item.calculated && item.calculated->expression) {
            const auto found = evaluate(*item.calculated->expression, environment_, focus);
            auto value =
                found ? value_of(*found) : Result<std::optional<std::string>>(found.error());
            out_.push_back({item.link_id, value ? std::move(*value) : std::nullopt});
        }
        level(item.items, one.items);
        environment_.variables = before;
    }

    Environment environment_;
    std::vector<Score> out_;
};

}  // namespace

Result<FormulaLibrary> read_formulas(const json::object& from) {
    FormulaLibrary out{.name = TRY(json::get_string(from, "name")),
                       .version = TRY(json::get_string(from, "version"))};
    std::set<std::string> known;
    for (const json::value& one : TRY(json::get_array(from, "formulas"))) {
        const json::object formula = TRY(json::as_object(one, "a formula"));
        NamedExpression read{.name = TRY(json::get_string(formula, "name")),
                             .text = TRY(json::get_string(formula, "expression"))};
        auto parsed = Expression::parse(read.text);
        if (!parsed) return named(read.name, parsed.error());
        for (const std::string& used : parsed->variables())
            if (!known.contains(used))
                return invalid("expression", "the formula " + read.name + ": %" + used +
                                                 " is no formula before it");
        read.expression = std::move(*parsed);
        if (!known.insert(read.name).second)
            return invalid("expression", "the formula " + read.name + " is there twice");
        out.formulas.push_back(std::move(read));
    }
    return out;
}

std::vector<Score> score(const Questionnaire& form, const Response& response,
                         const FormulaLibrary& library) {
    Environment environment{form, response};
    const Datum whole = focus_on(response);
    std::set<std::string> failed;
    std::vector<Score> out;
    for (const NamedExpression& formula : library.formulas) {
        auto found = find_value(formula, environment, whole, failed);
        if (!found) {
            failed.insert(formula.name);
            out.push_back({formula.name, std::nullopt, found.error().text});
            continue;
        }
        out.push_back({formula.name, std::move(found->value)});
        environment.variables[formula.name] = std::move(found->collection);
    }
    return out;
}

std::vector<Score> calculated(const Questionnaire& form, const Response& response) {
    return Calculator(form, response).run();
}

}  // namespace cohort::questionnaire
