// SPDX-License-Identifier: Apache-2.0
// From a checked tree to a form: what the tables cannot say (which codes there are, what refers to
// what) is checked here.
#include <algorithm>
#include <set>

#include "cohort/questionnaire/circles.h"
#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/value_sets.h"

namespace cohort::questionnaire {
namespace {

using json::Exact;

constexpr int depth_max = 20;

template <class T>
struct Named {
    std::string_view name;
    T value;
};
constexpr Named<ItemType> item_types[] = {
    {"group", ItemType::group},
    {"display", ItemType::display},
    {"boolean", ItemType::boolean},
    {"decimal", ItemType::decimal},
    {"integer", ItemType::integer},
    {"date", ItemType::date},
    {"dateTime", ItemType::date_time},
    {"time", ItemType::time},
    {"string", ItemType::string},
    {"text", ItemType::text},
    {"url", ItemType::url},
    {"choice", ItemType::choice},
    {"open-choice", ItemType::open_choice},
    {"attachment", ItemType::attachment},
    {"reference", ItemType::reference},
    {"quantity", ItemType::quantity},
};
constexpr Named<Operator> operators[] = {
    {"exists", Operator::exists}, {"=", Operator::equal}, {"!=", Operator::not_equal},
    {">", Operator::greater},     {"<", Operator::less},  {">=", Operator::at_least},
    {"<=", Operator::at_most},
};

template <class T, std::size_t n>
std::optional<T> named(const Named<T> (&all)[n], std::string_view name) {
    for (const auto& one : all)
        if (one.name == name) return one.value;
    return std::nullopt;
}

bool is_true(const Exact& from, std::string_view name) {
    return text_of(from, name) == "true";
}

int to_int(const std::string& text) {
    return std::stoi(text);  // the tables have seen that it is an integer
}

class Reader {
  public:
    Reader(Questionnaire& form, const std::vector<FormulaLibrary>& formulas,
           std::vector<Fault>& faults)
        : form_(form), formulas_(formulas), faults_(faults) {}

    void read() {
        const Exact& tree = form_.tree;
        form_.id = text_of(tree, "id");
        form_.url = text_of(tree, "url");
        form_.version = text_of(tree, "version");
        form_.status = text_of(tree, "status");
        form_.language = text_of(tree, "language");
        form_.title = read_text(tree, "title");
        status();
        period(tree);
        contained(tree);
        extensions(tree, "", [this](const Exact& one, std::string_view url, const std::string& at) {
            form_extension(one, url, at);
        });
        form_.items = items(tree, "", 0);
        form_.index();
        references(form_.items);
        if (faults_.empty()) circles();
        Names names;
        define(names, form_.variables, "");
        for (Constraint& constraint : form_.constraints) check_rule(constraint, names);
        variables(form_.items, names);
    }

  private:
    using Names = std::set<std::string>;

    void fault(std::string code, std::string place, std::string message) {
        faults_.push_back({std::move(code), std::move(place), std::move(message)});
    }

    // A missing status is read as a draft's: it is ours to say when a form is published.
    void status() {
        constexpr std::string_view known[] = {"", "draft", "active", "retired", "unknown"};
        if (std::find(std::begin(known), std::end(known), form_.status) == std::end(known))
            fault("unknown-code", "/status", "the status is none of FHIR's");
    }

    void period(const Exact& tree) {
        const Exact* period = tree.find("effectivePeriod");
        if (period == nullptr) return;
        form_.effective_start = parse_moment("dateTime", text_of(*period, "start"));
        form_.effective_end = parse_moment("dateTime", text_of(*period, "end"));
    }

    void contained(const Exact& tree) {
        const Exact* all = tree.find("contained");
        if (all == nullptr) return;
        for (std::size_t i = 0; i < all->elements.size(); ++i) {
            const Exact& one = all->elements[i];
            auto set = value_set_of(one);
            if (!set) {
                fault("unsupported-value-set", "/contained/" + std::to_string(i), set.error().text);
                continue;
            }
            form_.value_sets['#' + text_of(one, "id")] = *set;
            if (!set->url.empty()) form_.value_sets[set->url] = std::move(*set);
        }
    }

    template <class F>
    void extensions(const Exact& from, const std::string& place, F&& use) {
        const Exact* all = from.find("extension");
        if (all == nullptr) return;
        for (std::size_t i = 0; i < all->elements.size(); ++i) {
            const Exact& one = all->elements[i];
            use(one, one.find("url")->text, place + "/extension/" + std::to_string(i));
        }
    }

    void form_extension(const Exact& one, std::string_view url, const std::string& place) {
        if (url == extension::variable) form_.variables.push_back(expression(one, place));
        if (url == extension::constraint) form_.constraints.push_back(constraint(one, place));
    }

    // --- expressions ----------------------------------------------------------------------

    NamedExpression named_expression(std::string name, std::string text) {
        NamedExpression out{.name = std::move(name), .text = std::move(text)};
        auto parsed = Expression::parse(out.text);
        if (parsed)
            out.expression = std::move(*parsed);
        else
            out.problem = parsed.error().text;
        return out;
    }

    NamedExpression expression(const Exact& one, const std::string& place) {
        const Exact& value = *one.find("valueExpression");
        const std::string language = text_of(value, "language");
        if (language != "text/fhirpath") {
            if (auto formula = from_library(value)) return std::move(*formula);
            fault("unsupported-expression", place + "/valueExpression/language",
                  "expressions in " + language + " are not supported");
            return {};
        }
        auto out = named_expression(text_of(value, "name"), text_of(value, "expression"));
        if (!out.expression)
            fault("unsupported-expression", place + "/valueExpression/expression", out.problem);
        return out;
    }

    // A formula of ours under the name of the form's logic: its library's formulas become
    // variables of the form, and the expression asks for one of them.
    std::optional<NamedExpression> from_library(const Exact& expression) {
        std::string reference = text_of(expression, "reference");
        if (reference.starts_with('#')) reference.erase(0, 1);
        const std::string name = text_of(expression, "expression");
        for (const FormulaLibrary& library : formulas_) {
            if (library.name + '|' + library.version != reference) continue;
            for (const NamedExpression& formula : library.formulas)
                if (formula.name == name) {
                    if (used_.insert(reference).second)
                        form_.variables.insert(form_.variables.end(), library.formulas.begin(),
                                               library.formulas.end());
                    return named_expression("", '%' + name);
                }
        }
        return std::nullopt;
    }

    Constraint constraint(const Exact& one, const std::string&) {
        Constraint out;
        for (const Exact& part : one.find("extension")->elements) {
            const std::string& url = part.find("url")->text;
            const Exact& value = part.members.back().first == "url" ? part.members.front().second
                                                                    : part.members.back().second;
            if (url == "key") out.key = value.text;
            if (url == "human") out.human = value.text;
            if (url == "severity") out.warning = value.text == "warning";
            if (url == "expression") out.rule = named_expression(out.key, value.text);
        }
        return out;
    }

    // --- items ----------------------------------------------------------------------------

    std::vector<Item> items(const Exact& from, const std::string& place, int depth) {
        std::vector<Item> out;
        const Exact* all = from.find("item");
        if (all == nullptr) return out;
        if (depth > depth_max) {
            fault("too-deep", place, "items lie in more than 20 levels");
            return out;
        }
        out.reserve(all->elements.size());
        for (const Exact& one : all->elements) {
            Item& read = out.emplace_back();
            read.place = place + "/item/" + std::to_string(out.size() - 1);
            item(read, one);
            read.items = items(one, read.place, depth + 1);
            if (read.type == ItemType::display && !read.items.empty())
                fault("display-with-items", read.place,
                      "an item of type display holds items (que-1)");
        }
        return out;
    }

    // What an item has itself. In a function of its own, for items lie in items and a goroutine's
    // stack is small.
    [[gnu::noinline]] void item(Item& out, const Exact& from) {
        out.link_id = text_of(from, "linkId");
        const auto type = named(item_types, text_of(from, "type"));
        if (!type)
            fault("unsupported-item-type", out.place + "/type",
                  "the item type \"" + text_of(from, "type") + "\" is not supported");
        out.type = type.value_or(ItemType::display);
        out.text = read_text(from, "text");
        out.prefix = read_text(from, "prefix");
        out.required = is_true(from, "required");
        out.repeats = is_true(from, "repeats");
        out.read_only = is_true(from, "readOnly");
        if (const Exact* length = from.find("maxLength")) out.max_length = to_int(length->text);
        read_enable_when(out, from);
        read_options(out, from);
        extensions(from, out.place,
                   [&](const Exact& one, std::string_view url, const std::string& at) {
                       item_extension(out, one, url, at);
                   });
        if (const Exact* initial = from.find("initial"))
            for (const Exact& one : initial->elements) out.initial.push_back(read_value(one));
    }

    void read_enable_when(Item& out, const Exact& from) {
        const std::string behavior = text_of(from, "enableBehavior");
        out.enable_any = behavior == "any";
        if (!behavior.empty() && behavior != "any" && behavior != "all")
            fault("unknown-code", out.place + "/enableBehavior", "it is neither any nor all");
        const Exact* all = from.find("enableWhen");
        if (all == nullptr) return;
        if (all->elements.size() > 1 && behavior.empty())
            fault("enable-behavior-missing", out.place,
                  "with several enableWhen, enableBehavior must be given (que-12)");
        for (std::size_t i = 0; i < all->elements.size(); ++i)
            out.enable_when.push_back(
                enable_when(all->elements[i], out.place + "/enableWhen/" + std::to_string(i)));
    }

    EnableWhen enable_when(const Exact& from, const std::string& place) {
        EnableWhen out{.question = text_of(from, "question"), .answer = read_value(from, "answer")};
        const auto op = named(operators, text_of(from, "operator"));
        out.op = op.value_or(Operator::exists);
        if (!op) fault("unknown-code", place + "/operator", "the operator is none of FHIR's");
        if (out.answer.kind == ValueKind::none)
            fault("missing-element", place, "the answer to compare with is missing");
        else if (op == Operator::exists && out.answer.kind != ValueKind::boolean)
            fault("enable-when-answer", place, "\"exists\" asks for true or false (que-7)");
        return out;
    }

    void read_options(Item& out, const Exact& from) {
        out.value_set = text_of(from, "answerValueSet");
        if (!out.value_set.empty() && form_.value_set(out.value_set) == nullptr)
            fault("unknown-value-set", out.place + "/answerValueSet",
                  "the value set " + out.value_set + " is neither in the form nor known");
        const Exact* all = from.find("answerOption");
        if (all == nullptr) return;
        if (!out.value_set.empty())
            fault("two-lists", out.place, "answerOption and answerValueSet are both given (que-4)");
        for (std::size_t i = 0; i < all->elements.size(); ++i)
            out.options.push_back(
                option(all->elements[i], out.place + "/answerOption/" + std::to_string(i)));
    }

    Option option(const Exact& from, const std::string& place) {
        Option out{.value = read_value(from), .initial = is_true(from, "initialSelected")};
        if (out.value.kind == ValueKind::none)
            fault("missing-element", place, "the option has no value");
        out.weight = out.value.coding.weight;
        extensions(from, place, [&](const Exact& one, std::string_view url, const std::string&) {
            if (url == extension::ordinal_value || url == extension::item_weight)
                out.weight = text_of(one, "valueDecimal");
            if (url == extension::exclusive) out.exclusive = is_true(one, "valueBoolean");
            if (url == extension::prefix) out.prefix = read_text(one, "valueString");
        });
        return out;
    }

    void item_extension(Item& out, const Exact& one, std::string_view url,
                        const std::string& place) {
        if (url == extension::calculated) out.calculated = expression(one, place);
        if (url == extension::enable_when) out.enable_expression = expression(one, place);
        if (url == extension::variable) out.variables.push_back(expression(one, place));
        if (url == extension::constraint) out.constraints.push_back(constraint(one, place));
        if (url == extension::hidden) out.hidden = is_true(one, "valueBoolean");
        if (url == extension::min_value) out.min_value = read_value(one);
        if (url == extension::max_value) out.max_value = read_value(one);
        if (url == extension::max_size) out.max_size = text_of(one, "valueDecimal");
        if (url == extension::mime_type) out.mime_types.push_back(text_of(one, "valueCode"));
        if (url == extension::reference_resource)
            out.resource_types.push_back(text_of(one, "valueCode"));
        if (url == extension::regex) {
            out.pattern = Pattern::compile(text_of(one, "valueString"));
            if (!out.pattern)
                fault("unsupported-pattern", place, "the regular expression is not supported");
        }
        count_extension(out, one, url);
        unit_extension(out, one, url, place);
    }

    void count_extension(Item& out, const Exact& one, std::string_view url) {
        const auto count = [&](std::string_view wanted, std::optional<int>& into) {
            if (url == wanted) into = to_int(text_of(one, "valueInteger"));
        };
        count(extension::min_length, out.min_length);
        count(extension::max_places, out.max_places);
        count(extension::min_occurs, out.min_occurs);
        count(extension::max_occurs, out.max_occurs);
    }

    void unit_extension(Item& out, const Exact& one, std::string_view url,
                        const std::string& place) {
        if (url == extension::unit) out.unit = read_coding(*one.find("valueCoding"));
        if (url == extension::unit_option)
            out.unit_options.push_back(read_coding(*one.find("valueCoding")));
        if (url == extension::min_quantity) out.min_quantity = read_value(one).quantity;
        if (url == extension::max_quantity) out.max_quantity = read_value(one).quantity;
        if (url != extension::unit_value_set) return;
        out.unit_value_set = text_of(one, "valueCanonical");
        if (form_.value_set(out.unit_value_set) == nullptr)
            fault("unknown-value-set", place,
                  "the value set " + out.unit_value_set + " is neither in the form nor known");
    }

    // --- what refers to what --------------------------------------------------------------

    static bool holds(const Item& item, const Item* wanted) {
        return &item == wanted ||
               std::any_of(item.items.begin(), item.items.end(),
                           [wanted](const Item& inner) { return holds(inner, wanted); });
    }

    void references(const std::vector<Item>& all) {
        for (const Item& item : all) {
            if (form_.find(item.link_id) != &item)
                fault("duplicate-link-id", item.place + "/linkId",
                      "the linkId \"" + item.link_id + "\" is used twice (que-2)");
            for (std::size_t i = 0; i < item.enable_when.size(); ++i)
                reference(item, item.enable_when[i],
                          item.place + "/enableWhen/" + std::to_string(i) + "/question");
            references(item.items);
        }
    }

    void reference(const Item& item, const EnableWhen& when, const std::string& place) {
        const Item* question = form_.find(when.question);
        if (question == nullptr)
            fault("enable-when-question", place, "there is no item \"" + when.question + '"');
        else if (holds(item, question))
            fault("enable-when-inside", place,
                  "an item cannot depend on itself or on what lies in it");
    }

    // Told once each, with its whole way: the author has to open it somewhere. No circle is without
    // a condition, for what an item lies in never lies in the item.
    void circles() {
        for (const auto& circle : find_circles(form_)) {
            std::string way;
            for (const Item* item : circle) way += '"' + item->link_id + "\" waits for ";
            const auto asks = [](const Item* item) { return !item->enable_when.empty(); };
            const Item* first = *std::find_if(circle.begin(), circle.end(), asks);
            fault("enable-when-circle", first->place + "/enableWhen",
                  "items wait for one another: " + way + '"' + circle.front()->link_id + '"');
        }
    }

    // --- which variables an expression may use: the form's and those of the items around it ---

    static std::string undefined(const NamedExpression& one, const Names& names) {
        if (!one.expression) return {};
        for (const std::string& name : one.expression->variables())
            if (!names.contains(name)) return name;
        return {};
    }

    void check_names(const NamedExpression& one, const Names& names, const std::string& place) {
        if (const std::string name = undefined(one, names); !name.empty())
            fault("unsupported-expression", place, "the variable %" + name + " is not defined");
    }

    void define(Names& names, const std::vector<NamedExpression>& all, const std::string& place) {
        for (const NamedExpression& one : all) {
            check_names(one, names, place);
            names.insert(one.name);
        }
    }

    // A rule that cannot be used is found when the form is published, and said of every response.
    static void check_rule(Constraint& constraint, const Names& names) {
        const std::string name = undefined(constraint.rule, names);
        if (name.empty()) return;
        constraint.rule.problem = "the variable %" + name + " is not defined";
        constraint.rule.expression.reset();
    }

    void variables(std::vector<Item>& all, const Names& outer) {
        for (Item& item : all) {
            Names names = outer;
            if (item.enable_expression) check_names(*item.enable_expression, names, item.place);
            define(names, item.variables, item.place);
            if (item.calculated) check_names(*item.calculated, names, item.place);
            for (Constraint& constraint : item.constraints) check_rule(constraint, names);
            variables(item.items, names);
        }
    }

    Questionnaire& form_;
    const std::vector<FormulaLibrary>& formulas_;
    std::set<std::string> used_;  // libraries
    std::vector<Fault>& faults_;
};

}  // namespace

Result<ReadQuestionnaire> read_questionnaire(std::string_view bytes, Format format,
                                             Supporting supporting) {
    Resource resource = TRY(read_resource(bytes, format, "Questionnaire"));
    ReadQuestionnaire out{.faults = std::move(resource.faults),
                          .dropped = std::move(resource.dropped)};
    if (!out.faults.empty()) return out;
    Questionnaire form;
    form.value_sets = std::move(supporting.value_sets);
    form.tree = std::move(resource.tree);
    Reader(form, supporting.formulas, out.faults).read();
    if (out.faults.empty()) out.form = std::move(form);
    return out;
}

}  // namespace cohort::questionnaire
