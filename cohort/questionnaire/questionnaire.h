// SPDX-License-Identifier: Apache-2.0
// A FHIR R4 Questionnaire: what is asked, when, and what may be answered.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/questionnaire/expression.h"
#include "cohort/questionnaire/moment.h"
#include "cohort/questionnaire/pattern.h"
#include "cohort/questionnaire/resource.h"
#include "cohort/questionnaire/value.h"

namespace cohort::questionnaire {

enum class ItemType {
    group,
    display,
    boolean,
    decimal,
    integer,
    date,
    date_time,
    time,
    string,
    text,
    url,
    choice,
    open_choice,
    attachment,
    reference,
    quantity,
};

const char* to_string(ItemType type);

enum class Operator { exists, equal, not_equal, greater, less, at_least, at_most };

/// "question = answer"; for `exists` the answer is true or false.
struct EnableWhen {
    std::string question;
    Operator op = Operator::exists;
    Value answer;
};

struct Option {
    Value value;
    Text prefix = {};
    std::optional<std::string> weight = {};
    bool exclusive = false;
    bool initial = false;
};

/// An expression of the form's author; text that cannot be read has a `problem` instead.
struct NamedExpression {
    std::string name = {};
    std::string text = {};
    std::optional<Expression> expression = {};
    std::string problem = {};
};

/// A rule over several answers.
struct Constraint {
    std::string key;
    std::string human;
    bool warning = false;
    NamedExpression rule;
};

struct Item {
    std::string link_id = {};
    std::string place = {};  ///< JSON pointer in the questionnaire
    ItemType type = ItemType::display;
    Text text = {};
    Text prefix = {};
    bool required = false;
    bool repeats = false;
    bool read_only = false;
    bool hidden = false;

    std::vector<EnableWhen> enable_when = {};
    bool enable_any = false;
    std::optional<NamedExpression> enable_expression = {};

    std::vector<Option> options = {};
    std::string value_set = {};  ///< "#id" of a contained one, or a canonical URL
    std::vector<Value> initial = {};

    std::optional<int> min_length = {};
    std::optional<int> max_length = {};
    std::optional<int> max_places = {};
    std::optional<int> min_occurs = {};
    std::optional<int> max_occurs = {};
    std::optional<std::string> max_size = {};  ///< bytes
    std::optional<Pattern> pattern = {};
    Value min_value = {};  ///< kind none: no limit
    Value max_value = {};
    std::optional<Quantity> min_quantity = {};
    std::optional<Quantity> max_quantity = {};
    std::vector<std::string> mime_types = {};
    std::vector<std::string> resource_types = {};
    std::optional<Coding> unit = {};
    std::vector<Coding> unit_options = {};
    std::string unit_value_set = {};

    std::vector<NamedExpression> variables = {};
    std::optional<NamedExpression> calculated = {};
    std::vector<Constraint> constraints = {};

    std::vector<Item> items = {};
};

/// The codes of one value set.
struct ValueSet {
    std::string url = {};
    std::vector<Coding> codings = {};

    /// The member of that system and code, or null; any system when `system` is null.
    const Coding* find(std::string_view code, const std::string* system) const;
};

/// Value sets that do not lie in the form itself, by their URL.
using ValueSets = std::map<std::string, ValueSet, std::less<>>;

/// Formulas under one name and version.
struct FormulaLibrary {
    std::string name = {};
    std::string version = {};
    std::vector<NamedExpression> formulas = {};
};

/// What a form may use without holding it.
struct Supporting {
    ValueSets value_sets = {};
    /// Stand in for the logic that a form names in another language ("#Phq9Logic|1.0", text/cql).
    std::vector<FormulaLibrary> formulas = {};
};

class Questionnaire {
  public:
    Questionnaire() = default;
    Questionnaire(Questionnaire&&) = default;
    Questionnaire& operator=(Questionnaire&&) = default;

    std::string id = {};
    std::string url = {};
    std::string version = {};
    std::string status = {};
    std::string language = {};
    Text title = {};
    std::optional<Moment> effective_start = {};
    std::optional<Moment> effective_end = {};
    std::vector<Item> items = {};
    std::vector<NamedExpression> variables = {};
    std::vector<Constraint> constraints = {};
    ValueSets value_sets = {};  ///< the contained by "#id", the others by URL
    json::Exact tree = {};      ///< the resource itself: what was read, narratives apart

    /// The item, or null.
    const Item* find(std::string_view link_id) const;
    const ValueSet* value_set(const std::string& url) const;

    /// Fills what find() looks in. Call it when the items are complete.
    void index();

  private:
    void index(const std::vector<Item>& items);
    std::map<std::string, const Item*, std::less<>> by_link_id_;
};

/// A form, or why it cannot be used.
struct ReadQuestionnaire {
    std::optional<Questionnaire> form = {};
    std::vector<Fault> faults = {};         ///< any: there is no form
    std::vector<std::string> dropped = {};  ///< places of narratives, which are not kept
};

/// Reads a form and refuses it, with every place that is not supported or breaks a rule of FHIR.
/// Errors: those of read_resource().
Result<ReadQuestionnaire> read_questionnaire(std::string_view bytes, Format format,
                                             Supporting supporting = {});

/// The codes of a ValueSet resource that lists them.
/// Errors: those of read_resource(); invalid/value-set for one with faults.
Result<ValueSet> read_value_set(std::string_view bytes, Format format);

/// The questionnaire as JSON: every element it came with, decimals in their digits.
std::string to_json(const Questionnaire& form);

}  // namespace cohort::questionnaire
