// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"
#include "cohort/report/report.h"

namespace cohort::report {

/// How the table of answers is written.
struct Wording {
    Language language = Language::english;  ///< of yes, no and the like
    std::string texts = {};                 ///< the tag of the form's texts ("zh-CN")
    std::set<std::string> flagged = {};     ///< linkIds of answers that somebody should look at
};

/// A response as the lines of a report: the questions that were asked, in the form's order, and
/// what was answered, a code by its words. Questions that the answers left out are not there, nor
/// are hidden ones. An item with an enableWhen expression is there when it was answered.
std::vector<Line> lines_of(const questionnaire::Questionnaire& form,
                           const questionnaire::Response& response, const Wording& wording);

}  // namespace cohort::report
