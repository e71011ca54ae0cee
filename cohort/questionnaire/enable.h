// SPDX-License-Identifier: Apache-2.0
// Which items are asked, given what is answered.
#pragma once

#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"

namespace cohort::questionnaire {

/// Where in a response an item stands: in a list of items, which lies in an item, and so on up.
struct Scope {
    const Scope* parent = nullptr;  ///< null for the response's own items
    const std::vector<ResponseItem>* items = nullptr;
    std::size_t position = 0;          ///< of the item, or where it would be
    const Item* definition = nullptr;  ///< in whose item the list lies
    const ResponseItem* item = nullptr;
    const Answer* answer = nullptr;  ///< under which answer of it
};

/// Whether the item's enableWhen holds there; true for an item without.
///
/// The question meant is the nearest: the item or answer above, else in the smallest part that by
/// the form holds both, the last one before, else the first after; so each repetition of a group
/// looks at its own answers. Of several answers one is enough for = < > <= >=, while != wants that
/// none is equal. A question without an answer fulfils nothing but "exists = false". What cannot
/// be compared (other units, "2024" with "2024-05") fulfils nothing.
/// Source: FHIR R4, Questionnaire.item.enableWhen; the HL7 validator for unanswered questions.
bool holds_enable_when(const Questionnaire& form, const Item& item, const Scope& at);

}  // namespace cohort::questionnaire
