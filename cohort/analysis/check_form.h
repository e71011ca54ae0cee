// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cohort/capture/document.h"
#include "cohort/capture/forms.h"
#include "cohort/study/definition.h"

namespace cohort::analysis {

/// What keeps a row from being complete, or is to be noted of it.
struct Finding {
    capture::ItemKey key;  ///< without `repeat`: the group as a whole
    std::string check;
    std::string message;
    bool is_hard = true;
};

struct CheckedForm {
    capture::Document cleaned;  ///< rows and items in the places they have in the form
    std::vector<Finding> findings;
};

/// Whether a completed form could be completed now: its values are cleaned, each is checked anew by
/// this version of the study, and then the form as a whole, by what the form's own routes use.
/// That somebody stood by a value counts where the form `is_current`: entered under this version.
CheckedForm check_form(const study::Definition& definition, const capture::Form& form,
                       bool is_current);

}  // namespace cohort::analysis
