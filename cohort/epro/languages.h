// SPDX-License-Identifier: Apache-2.0
// The languages of a questionnaire: those in which any of its texts is there.
#pragma once

#include <string>
#include <vector>

#include "cohort/questionnaire/questionnaire.h"

namespace cohort::epro {

/// The form's own language first ("und" when it does not say), the others in the order of the
/// alphabet.
std::vector<std::string> languages_of(const questionnaire::Questionnaire& form);

/// A text that is not there in a language of the form.
struct MissingText {
    std::string place;  ///< JSON pointer
    std::string language;
};

/// All of them, in the form's order.
std::vector<MissingText> missing_texts(const questionnaire::Questionnaire& form);

}  // namespace cohort::epro
