// SPDX-License-Identifier: Apache-2.0
// The evaluator's own header, for evaluate.cpp and functions.cpp.
#pragma once

#include "cohort/questionnaire/evaluate.h"

namespace cohort::questionnaire {

class Evaluator {
  public:
    using Node = ExpressionNode;

    Evaluator(const Environment& environment, const Datum& context)
        : environment_(environment), context_(context) {}

    Result<Collection> value(const Node& node, const Collection& focus);

  private:
    using Found = Result<Collection>;

    static Error wrong(std::string what) { return invalid("expression-value", std::move(what)); }

    // evaluate.cpp
    Found member(const Node& node, const Collection& focus);
    Found step(const Datum& from, const std::string& name);
    Found operation(const Node& node, const Collection& focus);
    Found apply(const std::string& op, Collection left, Collection right);
    Found logic(const std::string& op, const Collection& left, const Collection& right);
    Found arithmetic(const std::string& op, const Collection& left, const Collection& right);
    Found comparison(const std::string& op, const Collection& left, const Collection& right);
    Datum value_of(const Answer& answer, const Item* definition) const;
    Found children(const Datum& from);

    // functions.cpp
    Found call(const Node& node, const Collection& focus);
    Found per_element(const Node& node, const Collection& input, const Node& argument);
    Found choice(const Node& node, const Collection& focus, std::size_t first);
    Found on_collection(const std::string& name, const Collection& input);
    Found on_numbers(const std::string& name, const Collection& input);
    Found on_one(const std::string& name, const Datum& one, const Collection& argument,
                 const Collection& second);
    Found on_text(const std::string& name, const Datum& one, const Collection& argument,
                  const Collection& second);
    Found on_number(const std::string& name, Decimal one, const Collection& argument);
    Found descendants(const Collection& input);
    Found repeat(const Collection& input, const Node& projection);

    const Environment& environment_;
    const Datum& context_;
    long steps_ = 0;
};

/// Whether two are one; numbers by value, codings by their code.
bool same(const Datum& a, const Datum& b);

/// "12.5", "true", the text.
std::string text_of(const Datum& datum);

}  // namespace cohort::questionnaire
