// SPDX-License-Identifier: Apache-2.0
// A report of one submission: what somebody answered, what it scores, and how the scores went. A
// value, and what it looks like as PDF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/time.h"
#include "cohort/platform/pdf/fonts.h"

namespace cohort::report {

enum class Language : std::uint8_t { english, chinese };

/// One line of the table of answers.
struct Line {
    enum class Kind : std::uint8_t {
        heading,  ///< of a group; `answer` is empty
        answer,
    };
    Kind kind = Kind::answer;
    int depth = 0;  ///< in how many groups
    std::string question = {};
    std::string answer = {};  ///< empty: not answered
    bool flagged = false;     ///< somebody should look at it
};

/// A score as it was on a day.
struct Measured {
    CivilDate day;
    double value = 0;
};

struct Score {
    std::string name;
    std::string value = {};             ///< in its digits; empty: there is none
    std::string meaning = {};           ///< "moderate"; empty: nothing to say
    std::vector<Measured> trend = {};   ///< by day, this one last; drawn from two on
    std::optional<double> lowest = {};  ///< that the score can be, for the chart
    std::optional<double> highest = {};
};

struct Report {
    Language language = Language::english;
    std::string study = {};
    std::string site = {};
    std::string subject = {};  ///< the number in the study
    std::string patient = {};  ///< the name; empty where the site does not show it
    std::string questionnaire = {};
    std::string version = {};  ///< of the questionnaire
    Instant submitted = {};
    std::int64_t offset_s = 0;     ///< of the site's clocks from UTC at that moment
    std::string reported_by = {};  ///< "patient", "site staff", as people say it
    std::string reference = {};    ///< of the submission; on each page
    std::vector<Score> scores = {};
    std::vector<Line> lines = {};
};

/// The report as a PDF/A-2b file. The same report gives the same bytes with the same fonts.
/// Errors: invalid/no-glyph: a visible character that no font can draw, named; invalid/bad-text;
///         invalid/text-too-long: of a title; answers may have any length.
/// Blocks: its thread, for some milliseconds: belongs into weft::blocking.
Result<std::string> render(const pdf::Fonts& fonts, const Report& report);

}  // namespace cohort::report
