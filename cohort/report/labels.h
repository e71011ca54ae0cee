// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cohort/report/report.h"

namespace cohort::report {

/// What a report says by itself.
struct Labels {
    const char* language;  ///< its tag
    const char* study;
    const char* site;
    const char* subject;
    const char* patient;
    const char* questionnaire;
    const char* submitted;
    const char* reported_by;
    const char* reference;
    const char* scores;
    const char* score;
    const char* value;
    const char* meaning;
    const char* answers;
    const char* question;
    const char* answer;
    const char* not_answered;
    const char* no_value;
    const char* course;  ///< of a score
    const char* please_look;
};

const Labels& labels(Language language);

/// "Page 2 of 3".
std::string page_of(Language language, std::size_t page, std::size_t pages);

}  // namespace cohort::report
