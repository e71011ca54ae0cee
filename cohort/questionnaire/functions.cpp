// SPDX-License-Identifier: Apache-2.0
// FHIRPath's functions, as far as expression.cpp knows their names.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "cohort/questionnaire/evaluator.h"

namespace cohort::questionnaire {
namespace {

using Kind = Datum::Kind;

constexpr std::size_t elements_max = 100'000;

Collection yes_or_no(bool value) {
    return {Datum::of(value)};
}

Collection maybe(std::optional<Decimal> value) {
    return value ? Collection{Datum::of(*value)} : Collection{};
}

std::optional<Decimal> number_of(const Collection& values) {
    if (values.size() != 1 || values[0].kind != Kind::number) return std::nullopt;
    return values[0].number;
}

std::string changed(std::string text, int (*change)(int)) {
    for (char& c : text)
        if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(change(c));
    return text;
}

std::string utf8(const std::vector<char32_t>& characters) {
    std::string out;
    for (const char32_t c : characters) {
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else if (c < 0x800) {
            out += static_cast<char>(0xC0 | c >> 6);
            out += static_cast<char>(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            out += static_cast<char>(0xE0 | c >> 12);
            out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (c & 0x3F));
        } else {
            out += static_cast<char>(0xF0 | c >> 18);
            out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
            out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
            out += static_cast<char>(0x80 | (c & 0x3F));
        }
    }
    return out;
}

Collection substring(const std::string& text, std::optional<Decimal> start,
                     std::optional<Decimal> length) {
    const auto characters = characters_of(text);
    const auto from = start ? start->to_integer() : std::nullopt;
    const auto size = static_cast<long long>(characters.size());
    if (!from || *from < 0 || *from >= size) return {};
    const long long count = length ? length->to_integer().value_or(size) : size;
    const long long end = std::min(size, *from + std::max(0LL, std::min(count, size)));
    return {Datum::of(utf8({characters.begin() + *from, characters.begin() + end}))};
}

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

Result<Collection> Evaluator::call(const Node& node, const Collection& focus) {
    const std::string& name = node.text;
    Collection computed;
    const std::size_t first = node.on_focus ? 0 : 1;
    if (!node.on_focus) computed = TRY(value(node.children[0], focus));
    const Collection& input = node.on_focus ? focus : computed;
    if (name == "iif") return choice(node, input, first);
    const bool has_argument = node.children.size() > first;
    if (has_argument && is_one_of(name, {"where", "select", "all", "exists"}))
        return per_element(node, input, node.children[first]);
    if (name == "repeat") return repeat(input, node.children[first]);
    if (name == "descendants") return descendants(input);
    if (is_one_of(name, {"sum", "min", "max", "avg"})) return on_numbers(name, input);
    if (is_one_of(name, {"exists", "empty", "count", "first", "last", "tail", "single", "distinct",
                         "allTrue", "anyTrue", "not"}))
        return on_collection(name, input);
    Collection argument;
    Collection second;
    if (has_argument) argument = TRY(value(node.children[first], focus));
    if (node.children.size() > first + 1) second = TRY(value(node.children[first + 1], focus));
    if (name == "join") {
        std::string out;
        for (const Datum& datum : input) {
            if (&datum != input.data() && !argument.empty()) out += text_of(argument[0]);
            out += text_of(datum);
        }
        return Collection{Datum::of(std::move(out))};
    }
    if (is_one_of(name, {"weight", "ordinal"})) {  // of each, where there is one
        Collection out;
        for (const Datum& datum : input) {
            if (datum.answer == nullptr || datum.definition == nullptr) continue;
            const auto weight =
                weight_of(environment_.form, *datum.definition, datum.answer->value);
            const auto number = weight ? Decimal::parse(*weight) : std::nullopt;
            if (number) out.push_back(Datum::of(*number));
        }
        return out;
    }
    if (input.empty()) return name == "hasValue" ? yes_or_no(false) : Collection{};
    if (input.size() > 1) return wrong("\"" + name + "\" needs one value");
    return on_one(name, input[0], argument, second);
}

Result<Collection> Evaluator::per_element(const Node& node, const Collection& input,
                                          const Node& argument) {
    Collection out;
    for (const Datum& datum : input) {
        Collection found = TRY(value(argument, {datum}));
        if (node.text == "select") {
            out.insert(out.end(), found.begin(), found.end());
            if (out.size() > elements_max) return wrong("too many elements");
            continue;
        }
        const bool holds = TRY(truth_of(found)).value_or(false);
        if (node.text == "all" && !holds) return yes_or_no(false);
        if (node.text == "exists" && holds) return yes_or_no(true);
        if (node.text == "where" && holds) out.push_back(datum);
    }
    if (node.text == "all") return yes_or_no(true);
    return node.text == "exists" ? yes_or_no(false) : Result<Collection>(std::move(out));
}

Result<Collection> Evaluator::choice(const Node& node, const Collection& focus, std::size_t first) {
    const Collection criterion = TRY(value(node.children[first], focus));
    if (TRY(truth_of(criterion)).value_or(false)) return value(node.children[first + 1], focus);
    if (node.children.size() > first + 2) return value(node.children[first + 2], focus);
    return Collection{};
}

Result<Collection> Evaluator::descendants(const Collection& input) {
    Collection out;
    Collection level = input;
    while (!level.empty()) {
        Collection next;
        for (const Datum& datum : level) {
            Collection found = TRY(children(datum));
            next.insert(next.end(), found.begin(), found.end());
        }
        out.insert(out.end(), next.begin(), next.end());
        if (out.size() > elements_max) return wrong("too many elements");
        level = std::move(next);
    }
    return out;
}

Result<Collection> Evaluator::repeat(const Collection& input, const Node& projection) {
    Collection out;
    Collection level = input;
    while (!level.empty()) {
        Collection next;
        for (const Datum& datum : level) {
            const Collection found = TRY(value(projection, {datum}));
            for (const Datum& one : found)
                if (std::none_of(out.begin(), out.end(),
                                 [&](const Datum& known) { return same(known, one); })) {
                    out.push_back(one);
                    next.push_back(one);
                }
            steps_ += static_cast<long>(found.size() * out.size());
        }
        level = std::move(next);
    }
    return out;
}

Result<Collection> Evaluator::on_collection(const std::string& name, const Collection& input) {
    if (name == "exists") return yes_or_no(!input.empty());
    if (name == "empty") return yes_or_no(input.empty());
    if (name == "count")
        return Collection{Datum::of(Decimal::of(static_cast<long long>(input.size())))};
    if (name == "not") {
        const auto truth = TRY(truth_of(input));
        return truth ? yes_or_no(!*truth) : Collection{};
    }
    if (name == "allTrue" || name == "anyTrue") {
        const auto holds = [](const Datum& datum) {
            return datum.kind != Kind::boolean || datum.boolean;
        };
        return yes_or_no(name == "allTrue" ? std::all_of(input.begin(), input.end(), holds)
                                           : std::any_of(input.begin(), input.end(), holds));
    }
    if (name == "distinct") {
        Collection out;
        for (const Datum& datum : input)
            if (std::none_of(out.begin(), out.end(),
                             [&](const Datum& known) { return same(known, datum); }))
                out.push_back(datum);
        steps_ += static_cast<long>(input.size() * out.size());
        return out;
    }
    if (input.empty()) return Collection{};
    if (name == "single" && input.size() > 1) return wrong("\"single\" met several values");
    if (name == "tail") return Collection(input.begin() + 1, input.end());
    return Collection{name == "last" ? input.back() : input.front()};
}

Result<Collection> Evaluator::on_numbers(const std::string& name, const Collection& input) {
    if (input.empty() && name != "sum") return Collection{};
    Decimal total;
    std::optional<Decimal> chosen;
    for (const Datum& datum : input) {
        if (datum.kind != Kind::number) return wrong("\"" + name + "\" met what is no number");
        const auto sum = total.plus(datum.number);
        if (!sum) return wrong("a sum is too large");
        total = *sum;
        if (!chosen || (name == "min" ? datum.number < *chosen : datum.number > *chosen))
            chosen = datum.number;
    }
    if (name == "sum") return Collection{Datum::of(total)};
    if (name == "avg") return maybe(total.over(Decimal::of(static_cast<long long>(input.size()))));
    return maybe(chosen);
}

Result<Collection> Evaluator::on_one(const std::string& name, const Datum& one,
                                     const Collection& argument, const Collection& second) {
    if (name == "hasValue")
        return yes_or_no(one.kind != Kind::item && one.kind != Kind::answer &&
                         one.kind != Kind::response);
    if (name == "toString") return Collection{Datum::of(text_of(one))};
    if (name == "toInteger" || name == "toDecimal") {
        std::optional<Decimal> number = one.number;
        if (one.kind == Kind::boolean) number = Decimal::of(one.boolean ? 1 : 0);
        if (one.kind == Kind::text) number = Decimal::parse(one.text);
        if (number && name == "toInteger" && !number->to_integer()) number.reset();
        return maybe(number);
    }
    if (one.kind == Kind::text) return on_text(name, one, argument, second);
    if (one.kind == Kind::number) return on_number(name, one.number, argument);
    return wrong("\"" + name + "\" needs a text or a number");
}

Result<Collection> Evaluator::on_text(const std::string& name, const Datum& one,
                                      const Collection& argument, const Collection& second) {
    const std::string& text = one.text;
    if (name == "length")
        return maybe(Decimal::of(static_cast<long long>(characters_of(text).size())));
    if (name == "lower")
        return Collection{Datum::of(changed(text, [](int c) { return std::tolower(c); }))};
    if (name == "upper")
        return Collection{Datum::of(changed(text, [](int c) { return std::toupper(c); }))};
    if (name == "substring") return substring(text, number_of(argument), number_of(second));
    if (argument.size() != 1 || argument[0].kind != Kind::text)
        return wrong("\"" + name + "\" needs another value");
    const std::string& part = argument[0].text;
    if (name == "startsWith") return yes_or_no(text.starts_with(part));
    if (name == "endsWith") return yes_or_no(text.ends_with(part));
    if (name == "contains") return yes_or_no(text.find(part) != std::string::npos);
    return wrong("\"" + name + "\" needs a number");
}

Result<Collection> Evaluator::on_number(const std::string& name, Decimal one,
                                        const Collection& argument) {
    const auto places = number_of(argument);
    const Decimal zero;
    if (name == "abs") return maybe(one < zero ? zero.minus(one) : one);
    if (name == "truncate") return maybe(one.truncated());
    if (name == "floor" || name == "ceiling") {
        const Decimal whole = one.truncated();
        const int towards = name == "floor" ? (one < whole ? -1 : 0) : (one > whole ? 1 : 0);
        return maybe(whole.plus(Decimal::of(towards)));
    }
    if (name == "round") {
        const auto wanted = argument.empty() ? 0 : places ? places->to_integer() : std::nullopt;
        if (!wanted || *wanted < 0) return wrong("\"round\" needs a number of places");
        return maybe(one.rounded(static_cast<int>(std::min(*wanted, 8LL))));
    }
    const double value = one.to_double();
    if (name == "exp") return maybe(Decimal::of_double(std::exp(value)));
    if (name == "ln") return maybe(Decimal::of_double(std::log(value)));
    if (name == "sqrt") return maybe(Decimal::of_double(std::sqrt(value)));
    if (name == "power" && places)
        return maybe(Decimal::of_double(std::pow(value, places->to_double())));
    return wrong("\"" + name + "\" needs a text");
}

}  // namespace cohort::questionnaire
