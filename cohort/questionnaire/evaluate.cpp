// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/evaluate.h"

#include <algorithm>

#include "cohort/questionnaire/evaluator.h"

namespace cohort::questionnaire {
namespace {

using Kind = Datum::Kind;
using NodeKind = ExpressionNode::Kind;

constexpr long steps_max = 1'000'000;

std::optional<Moment> moment_of(const Datum& datum) {
    const bool time = datum.text.size() > 2 && datum.text[2] == ':';
    return parse_moment(time ? "time" : "dateTime", datum.text);
}

std::optional<std::strong_ordering> order(const Datum& a, const Datum& b) {
    if (a.kind == Kind::number && b.kind == Kind::number) return a.number <=> b.number;
    if (a.kind == Kind::text && b.kind == Kind::text) return a.text.compare(b.text) <=> 0;
    if (a.kind == Kind::moment && b.kind == Kind::moment) {
        const auto left = moment_of(a);
        const auto right = moment_of(b);
        if (left && right) return compare(*left, *right);
    }
    return std::nullopt;
}

Collection one(Datum datum) {
    return {std::move(datum)};
}

Collection text_or_nothing(const std::string& text) {
    return text.empty() ? Collection{} : one(Datum::of(text));
}

}  // namespace

Datum Datum::of(bool value) {
    return {.kind = Kind::boolean, .boolean = value};
}
Datum Datum::of(Decimal value) {
    return {.kind = Kind::number, .number = value};
}
Datum Datum::of(std::string value) {
    return {.kind = Kind::text, .text = std::move(value)};
}

Datum focus_on(const Response& response) {
    return {.kind = Kind::response, .response = &response};
}
Datum focus_on(const ResponseItem& item, const Item* definition) {
    return {.kind = Kind::item, .item = &item, .definition = definition};
}

std::optional<std::string> weight_of(const Questionnaire& form, const Item& item,
                                     const Value& value) {
    for (const Option& option : item.options)
        if (equal(option.value, value)) return option.weight;
    if (item.value_set.empty() || value.kind != ValueKind::coding) return std::nullopt;
    const ValueSet* set = form.value_set(item.value_set);
    const Coding* coding = set ? set->find(value.coding.code, &value.coding.system) : nullptr;
    return coding == nullptr ? std::nullopt : coding->weight;
}

bool same(const Datum& a, const Datum& b) {
    if (a.kind != b.kind) return false;
    switch (a.kind) {
        case Kind::boolean:
            return a.boolean == b.boolean;
        case Kind::coding:
            return a.coding->same_code(*b.coding);
        case Kind::quantity:
            return a.quantity->code == b.quantity->code && a.quantity->unit == b.quantity->unit &&
                   !a.quantity->value.empty() && !b.quantity->value.empty() &&
                   compare_decimals(a.quantity->value, b.quantity->value) == 0;
        case Kind::item:
            return a.item == b.item;
        case Kind::answer:
            return a.answer == b.answer;
        case Kind::response:
            return a.response == b.response;
        default:
            return order(a, b) == std::strong_ordering::equal;
    }
}

std::string text_of(const Datum& datum) {
    if (datum.kind == Kind::boolean) return datum.boolean ? "true" : "false";
    return datum.kind == Kind::number ? datum.number.to_text() : datum.text;
}

Result<std::optional<bool>> truth_of(const Collection& values) {
    if (values.empty()) return std::optional<bool>();
    if (values.size() > 1) return invalid("expression-value", "one value was needed");
    return std::optional(values[0].kind != Kind::boolean || values[0].boolean);
}

// --- paths --------------------------------------------------------------------------------

Datum Evaluator::value_of(const Answer& answer, const Item* definition) const {
    Datum out{
        .kind = Kind::text, .text = answer.value.text, .answer = &answer, .definition = definition};
    switch (answer.value.kind) {
        case ValueKind::boolean:
            out.kind = Kind::boolean;
            out.boolean = answer.value.text == "true";
            break;
        case ValueKind::decimal:
        case ValueKind::integer:
            out.kind = Kind::number;
            out.number = Decimal::parse(answer.value.text).value_or(Decimal());
            break;
        case ValueKind::date:
        case ValueKind::date_time:
        case ValueKind::time:
            out.kind = Kind::moment;
            break;
        case ValueKind::coding:
            out.kind = Kind::coding;
            out.coding = &answer.value.coding;
            break;
        case ValueKind::quantity:
            out.kind = Kind::quantity;
            out.quantity = &answer.value.quantity;
            break;
        default:
            break;
    }
    return out;
}

Result<Collection> Evaluator::children(const Datum& from) {
    Collection out;
    const auto items = [&](const std::vector<ResponseItem>& all) {
        for (const ResponseItem& item : all)
            out.push_back(focus_on(item, environment_.form.find(item.link_id)));
    };
    if (from.kind == Kind::response) items(from.response->items);
    if (from.kind == Kind::item) {
        for (const Answer& answer : from.item->answers)
            out.push_back({.kind = Kind::answer, .answer = &answer, .definition = from.definition});
        items(from.item->items);
    }
    if (from.kind == Kind::answer) items(from.answer->items);
    steps_ += static_cast<long>(out.size());
    return out;
}

Result<Collection> Evaluator::step(const Datum& from, const std::string& name) {
    if (name == "item" || name == "answer") {
        Collection all = TRY(children(from));
        const Kind wanted = name == "item" ? Kind::item : Kind::answer;
        std::erase_if(all, [wanted](const Datum& datum) { return datum.kind != wanted; });
        return all;
    }
    if (from.kind == Kind::answer && name == "value") {
        if (from.answer->value.kind == ValueKind::none) return Collection{};
        return one(value_of(*from.answer, from.definition));
    }
    if (from.kind == Kind::item && name == "linkId") return text_or_nothing(from.item->link_id);
    if (from.kind == Kind::item && name == "text") return text_or_nothing(from.item->text);
    if (from.kind == Kind::response && name == "status")
        return text_or_nothing(from.response->status);
    if (from.kind == Kind::coding) {
        if (name == "code") return text_or_nothing(from.coding->code);
        if (name == "system") return text_or_nothing(from.coding->system);
        if (name == "display") return text_or_nothing(from.coding->display.text);
    }
    if (from.kind == Kind::quantity) {
        if (name == "code") return text_or_nothing(from.quantity->code);
        if (name == "system") return text_or_nothing(from.quantity->system);
        if (name == "unit") return text_or_nothing(from.quantity->unit);
        const auto number = Decimal::parse(from.quantity->value);
        if (name == "value" && number) return one(Datum::of(*number));
    }
    return Collection{};
}

Result<Collection> Evaluator::member(const Node& node, const Collection& focus) {
    Collection computed;
    if (!node.children.empty()) computed = TRY(value(node.children[0], focus));
    const Collection& input = node.children.empty() ? focus : computed;
    Collection out;
    for (const Datum& datum : input) {
        Collection found = TRY(step(datum, node.text));
        out.insert(out.end(), found.begin(), found.end());
    }
    return out;
}

Result<Collection> Evaluator::value(const Node& node, const Collection& focus) {
    if (++steps_ > steps_max) return wrong("the expression takes too many steps");
    switch (node.kind) {
        case NodeKind::nothing:
            return Collection{};
        case NodeKind::boolean:
            return one(Datum::of(node.text == "true"));
        case NodeKind::number:
            return one(Datum::of(Decimal::parse(node.text).value_or(Decimal())));
        case NodeKind::string:
            return one(Datum::of(node.text));
        case NodeKind::moment: {
            const bool time = node.text.starts_with('T');
            return one({.kind = Kind::moment, .text = node.text.substr(time ? 1 : 0)});
        }
        case NodeKind::variable: {
            if (node.text == "resource") return one(focus_on(environment_.response));
            if (node.text == "context") return one(context_);
            const auto found = environment_.variables.find(node.text);
            if (found == environment_.variables.end())
                return wrong("the variable %" + node.text + " is not defined");
            return found->second;
        }
        case NodeKind::self:
            return focus;
        case NodeKind::member:
            return member(node, focus);
        case NodeKind::call:
            return call(node, focus);
        case NodeKind::element: {
            const Collection all = TRY(value(node.children[0], focus));
            const Collection index = TRY(value(node.children[1], focus));
            const auto at = index.size() == 1 && index[0].kind == Kind::number
                                ? index[0].number.to_integer()
                                : std::nullopt;
            if (!at || *at < 0 || *at >= static_cast<long long>(all.size())) return Collection{};
            return one(all[static_cast<std::size_t>(*at)]);
        }
        case NodeKind::minus: {
            const Collection operand = TRY(value(node.children[0], focus));
            return arithmetic("-", one(Datum::of(Decimal())), operand);
        }
        case NodeKind::operation:
            return operation(node, focus);
    }
    return Collection{};
}

// --- operators ----------------------------------------------------------------------------

// A chain "a + b - c" is a tree that leans to the left: its spine is walked, not recursed into.
Result<Collection> Evaluator::operation(const Node& node, const Collection& focus) {
    std::vector<const Node*> spine = {&node};
    while (spine.back()->children[0].kind == NodeKind::operation)
        spine.push_back(spine.back()->children.data());
    Collection left = TRY(value(spine.back()->children[0], focus));
    for (; !spine.empty(); spine.pop_back()) {
        Collection right = TRY(value(spine.back()->children[1], focus));
        left = TRY(apply(spine.back()->text, std::move(left), std::move(right)));
        if (++steps_ > steps_max) return wrong("the expression takes too many steps");
    }
    return left;
}

Result<Collection> Evaluator::apply(const std::string& op, Collection left, Collection right) {
    if (op == "and" || op == "or" || op == "xor" || op == "implies") return logic(op, left, right);
    if (op == "|") {
        left.insert(left.end(), right.begin(), right.end());
        return on_collection("distinct", left);
    }
    if (op == "in" || op == "contains") {
        const Collection& wanted = op == "in" ? left : right;
        const Collection& all = op == "in" ? right : left;
        if (wanted.empty()) return Collection{};
        if (wanted.size() > 1) return wrong("one value was needed beside \"" + op + '"');
        return one(Datum::of(std::any_of(
            all.begin(), all.end(), [&](const Datum& datum) { return same(datum, wanted[0]); })));
    }
    if (op == "=" || op == "!=" || op == "<" || op == ">" || op == "<=" || op == ">=")
        return comparison(op, left, right);
    if (op == "&") {
        if (left.size() > 1 || right.size() > 1) return wrong("one value was needed beside \"&\"");
        return one(Datum::of((left.empty() ? "" : text_of(left[0])) +
                             (right.empty() ? "" : text_of(right[0]))));
    }
    return arithmetic(op, left, right);
}

Result<Collection> Evaluator::logic(const std::string& op, const Collection& left,
                                    const Collection& right) {
    const std::optional<bool> a = TRY(truth_of(left));
    const std::optional<bool> b = TRY(truth_of(right));
    std::optional<bool> out;
    if (op == "and") {
        if (a == false || b == false) out = false;
        if (a == true && b == true) out = true;
    } else if (op == "or") {
        if (a == true || b == true) out = true;
        if (a == false && b == false) out = false;
    } else if (op == "xor") {
        if (a && b) out = *a != *b;
    } else {
        if (a == false || b == true) out = true;
        if (a == true && b == false) out = false;
    }
    return out ? one(Datum::of(*out)) : Collection{};
}

Result<Collection> Evaluator::comparison(const std::string& op, const Collection& left,
                                         const Collection& right) {
    if (left.empty() || right.empty()) return Collection{};
    if (op == "=" || op == "!=") {
        const bool equal = left.size() == right.size() &&
                           std::equal(left.begin(), left.end(), right.begin(), same);
        return one(Datum::of(equal == (op == "=")));
    }
    if (left.size() > 1 || right.size() > 1) return wrong("one value was needed beside " + op);
    const auto found = order(left[0], right[0]);
    if (!found) return Collection{};
    const bool holds = op == "<"    ? *found < 0
                       : op == ">"  ? *found > 0
                       : op == "<=" ? *found <= 0
                                    : *found >= 0;
    return one(Datum::of(holds));
}

Result<Collection> Evaluator::arithmetic(const std::string& op, const Collection& left,
                                         const Collection& right) {
    if (left.empty() || right.empty()) return Collection{};
    if (left.size() > 1 || right.size() > 1) return wrong("one value was needed beside " + op);
    const Datum& a = left[0];
    const Datum& b = right[0];
    if (op == "+" && a.kind == Kind::text && b.kind == Kind::text)
        return one(Datum::of(a.text + b.text));
    if (a.kind != Kind::number || b.kind != Kind::number)
        return wrong("numbers were needed beside " + op);
    std::optional<Decimal> out;
    if (op == "+") out = a.number.plus(b.number);
    if (op == "-") out = a.number.minus(b.number);
    if (op == "*") out = a.number.times(b.number);
    if (op == "/") out = a.number.over(b.number);
    if (op == "div" || op == "mod") {
        out = a.number.over(b.number);
        if (out) out = out->truncated();
        if (out && op == "mod") out = a.number.minus(out->times(b.number).value_or(Decimal()));
    }
    return out ? one(Datum::of(*out)) : Collection{};
}

Result<Collection> evaluate(const Expression& expression, const Environment& environment,
                            const Datum& focus) {
    return Evaluator(environment, focus).value(expression.root(), {focus});
}

}  // namespace cohort::questionnaire
