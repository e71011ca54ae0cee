// SPDX-License-Identifier: Apache-2.0
// What patients answered as typed tables: one for each version of a questionnaire, and one for each
// group or question of it that repeats.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cohort/analysis/record.h"
#include "cohort/analysis/table.h"
#include "cohort/base/time.h"
#include "cohort/questionnaire/questionnaire.h"
#include "cohort/questionnaire/response.h"
#include "cohort/questionnaire/score.h"

namespace cohort::analysis {

/// A response, with what its resource does not say.
struct Answers {
    const questionnaire::Response& response;
    Place place;
    Instant received_at;
    bool is_late = false;
    std::string language;
    std::string scoring;  ///< name|version of the formulas
    std::vector<questionnaire::Score> scores;
};

class AnswerTables {
  public:
    /// Empty tables for one version; `name` is its url|version, `scores` the names of its formulas.
    /// The form must outlive them.
    AnswerTables(std::string name, const questionnaire::Questionnaire& form,
                 const std::vector<std::string>& scores, Names& names);

    /// Validates a response anew by the version that it answers, and puts it into the tables; or,
    /// with an error, leaves it out as a whole, with its problems in the record.
    void add(const Answers& answers, Record& record);

    std::vector<Table> take();

  private:
    struct Question {
        const questionnaire::Item* item = nullptr;
        std::size_t table = 0;  ///< of a question that repeats its own
        std::size_t first = 0;  ///< column of the value
        std::vector<Part> parts = {};
    };
    struct Work;

    void lay_out(const std::vector<questionnaire::Item>& items, std::size_t table, Names& names);
    void lay_out_question(const questionnaire::Item& item, std::size_t table);
    std::size_t add_table(const questionnaire::Item& item, Names& names);

    void fill(Work& work, const std::vector<questionnaire::ResponseItem>& items, Row& cells);
    void fill_row(Work& work, const Question& question, const questionnaire::Answer* answer,
                  const std::vector<questionnaire::ResponseItem>& items, const std::string& path);
    void set(Work& work, const Question& question, const questionnaire::Answer& answer, Row& cells);
    void set_scores(Work& work, const Answers& answers, Row& cells);
    void add_column(std::size_t table, Column column, const std::vector<Part>& parts);

    std::string name_;
    const questionnaire::Questionnaire& form_;
    std::vector<Table> tables_;
    std::vector<Names> column_names_;                         // of each table
    std::map<std::string, Question, std::less<>> questions_;  // by linkId
    std::map<std::string, std::size_t, std::less<>> scores_;  // column by name
};

}  // namespace cohort::analysis
