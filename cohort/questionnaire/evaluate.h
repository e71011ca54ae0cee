// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cohort/questionnaire/decimal.h"
#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"

namespace cohort::questionnaire {

/// One element of what an expression gives.
struct Datum {
    enum class Kind { boolean, number, text, moment, coding, quantity, response, item, answer };

    Kind kind = Kind::boolean;
    bool boolean = false;
    Decimal number = {};
    std::string text = {};  ///< of a text or a moment
    const Coding* coding = nullptr;
    const Quantity* quantity = nullptr;
    const Response* response = nullptr;
    const ResponseItem* item = nullptr;
    const Answer* answer = nullptr;    ///< an answer, or the one whose value this is
    const Item* definition = nullptr;  ///< of the item or the answer

    static Datum of(bool value);
    static Datum of(Decimal value);
    static Datum of(std::string value);
};
using Collection = std::vector<Datum>;

/// What an expression may look at.
struct Environment {
    const Questionnaire& form;
    const Response& response;
    std::map<std::string, Collection> variables = {};
};

/// The value of an expression, `focus` being where it starts ($this, %context).
/// Errors: invalid/expression-value: one value was needed and there were several, a text where a
/// number was needed, or more than a million steps.
Result<Collection> evaluate(const Expression& expression, const Environment& environment,
                            const Datum& focus);

/// The whole response as a focus.
Datum focus_on(const Response& response);
Datum focus_on(const ResponseItem& item, const Item* definition);

/// What the form says an answer weighs (ordinalValue, itemWeight), or nothing. What the response
/// claims does not count.
std::optional<std::string> weight_of(const Questionnaire& form, const Item& item,
                                     const Value& value);

/// Whether the collection is one true; nothing for none.
Result<std::optional<bool>> truth_of(const Collection& values);

}  // namespace cohort::questionnaire
