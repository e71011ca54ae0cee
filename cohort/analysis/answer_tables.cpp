// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/answer_tables.h"

#include <algorithm>
#include <utility>

#include "cohort/analysis/answer_cells.h"
#include "cohort/analysis/clean.h"
#include "cohort/questionnaire/validate.h"

namespace cohort::analysis {

using questionnaire::Answer;
using questionnaire::Item;
using questionnaire::ItemType;
using questionnaire::ResponseItem;

namespace {

// "http://example.org/Questionnaire/phq-9|1.0" as "phq-9 1.0".
std::string short_name(const std::string& name) {
    const std::size_t bar = std::min(name.rfind('|'), name.size());
    const std::string url = name.substr(0, bar);
    return url.substr(url.find_last_of("/#") + 1) + " " +
           name.substr(std::min(bar + 1, name.size()));
}

std::vector<std::string> names_of(const Table& table) {
    std::vector<std::string> names;
    for (const Column& column : table.columns) names.push_back(column.name);
    return names;
}

std::int64_t count_values(const std::vector<ResponseItem>& items) {
    std::int64_t count = 0;
    for (const ResponseItem& item : items) {
        count += count_values(item.items);
        for (const Answer& answer : item.answers) count += 1 + count_values(answer.items);
    }
    return count;
}

std::int64_t count_scores(const std::vector<questionnaire::Score>& scores) {
    return std::ranges::count_if(scores, [](const auto& score) { return score.value.has_value(); });
}

}  // namespace

// One response on its way into the tables.
struct AnswerTables::Work {
    Place place;
    Record& record;
};

// --- what there is ------------------------------------------------------------------------

AnswerTables::AnswerTables(std::string name, const questionnaire::Questionnaire& form,
                           const std::vector<std::string>& scores, Names& names)
    : name_(std::move(name)), form_(form) {
    Table table{.name = names.take("epro_" + short_name(name_)),
                .source = name_,
                .keys = 0,
                .columns = key_columns(Rows::one_a_form)};
    table.keys = table.columns.size();
    table.add({.name = "received_at", .type = Type::datetime});
    table.add({.name = "late", .type = Type::boolean});
    table.add({.name = "language"});
    column_names_.emplace_back(names_of(table));
    tables_.push_back(std::move(table));
    lay_out(form.items, 0, names);
    for (const std::string& score : scores) {
        scores_[score] = tables_.front().columns.size();
        add_column(0,
                   {.name = "score_" + score,
                    .type = Type::decimal,
                    .part = Part::value,
                    .item = "score:" + score,
                    .label = score},
                   {Part::written});
    }
}

void AnswerTables::lay_out(const std::vector<Item>& items, std::size_t table, Names& names) {
    for (const Item& item : items) {
        if (item.type == ItemType::display) continue;
        const std::size_t place = item.repeats ? add_table(item, names) : table;
        if (item.type == ItemType::group)
            questions_[item.link_id] = {.item = &item, .table = place};
        else
            lay_out_question(item, place);
        lay_out(item.items, place, names);
    }
}

void AnswerTables::lay_out_question(const Item& item, std::size_t table) {
    const auto [type, parts] = columns_of(item.type);
    questions_[item.link_id] = {
        .item = &item, .table = table, .first = tables_[table].columns.size(), .parts = parts};
    add_column(table,
               {.name = item.link_id,
                .type = type,
                .part = Part::value,
                .item = item.link_id,
                .label = item.text.in("en")},
               parts);
}

std::size_t AnswerTables::add_table(const Item& item, Names& names) {
    Table table{.name = names.take(tables_.front().name + "_" + item.link_id),
                .source = name_ + "/" + item.link_id,
                .keys = 0,
                .columns = key_columns(Rows::many_a_form)};
    table.keys = table.columns.size();
    column_names_.emplace_back(names_of(table));
    tables_.push_back(std::move(table));
    return tables_.size() - 1;
}

void AnswerTables::add_column(std::size_t table, Column column, const std::vector<Part>& parts) {
    std::vector<std::string> suffixes;
    for (const Part part : parts) suffixes.push_back(suffix_of(part));
    column.name = column_names_[table].take(column.name, suffixes);
    tables_[table].add(column);
    for (const Part part : parts)
        tables_[table].add({.name = column.name + suffix_of(part),
                            .part = part,
                            .item = column.item,
                            .label = column.label});
}

std::vector<Table> AnswerTables::take() {
    for (Table& table : tables_) table.sort_rows();
    return std::exchange(tables_, {});
}

// --- a response ---------------------------------------------------------------------------

void AnswerTables::add(const Answers& answers, Record& record) {
    const auto issues = questionnaire::validate(form_, answers.response);
    for (const questionnaire::Issue& issue : issues) {
        const bool is_error = issue.severity == questionnaire::Severity::error;
        record.problem(answers.place, {.form = name_,
                                       .origin = {.item = issue.link_id,
                                                  .pointer = issue.place,
                                                  .version = {},
                                                  .written = {}},
                                       .check = issue.code,
                                       .effect = is_error ? Effect::row_left_out : Effect::noted,
                                       .message = issue.message});
    }
    const bool is_out = questionnaire::has_errors(issues);
    record.counts.responses.count(!is_out);
    if (is_out) {
        record.counts.values.count(
            false, count_values(answers.response.items) + count_scores(answers.scores));
        return;
    }
    Work work{.place = answers.place, .record = record};
    Row cells = key_cells(answers.place, Rows::one_a_form);
    cells.emplace_back(wall_clock(to_rfc3339(answers.received_at)));
    cells.emplace_back(answers.is_late ? "true" : "false");
    cells.emplace_back(answers.language);
    cells.resize(tables_.front().columns.size());
    fill(work, answers.response.items, cells);
    set_scores(work, answers, cells);
    tables_.front().rows.push_back(std::move(cells));
}

void AnswerTables::fill(Work& work, const std::vector<ResponseItem>& items, Row& cells) {
    std::map<std::string, int, std::less<>> met;
    const std::string path = work.place.row.empty() ? "" : work.place.row + ".";
    for (const ResponseItem& item : items) {
        const auto found = questions_.find(item.link_id);
        if (found == questions_.end()) continue;  // a display: it has no answers
        const Question& question = found->second;
        const auto next = [&] { return path + std::to_string(++met[item.link_id]); };
        if (question.item->type == ItemType::group) {
            if (question.item->repeats)
                fill_row(work, question, nullptr, item.items, next());
            else
                fill(work, item.items, cells);
        }
        for (const Answer& answer : item.answers) {
            if (question.item->repeats) {
                fill_row(work, question, &answer, answer.items, next());
                continue;
            }
            set(work, question, answer, cells);
            fill(work, answer.items, cells);
        }
    }
}

void AnswerTables::fill_row(Work& work, const Question& question, const Answer* answer,
                            const std::vector<ResponseItem>& items, const std::string& path) {
    const std::string outer = std::exchange(work.place.row, path);
    work.record.counts.rows.count(true);
    Row cells = key_cells(work.place, Rows::many_a_form);
    cells.resize(tables_[question.table].columns.size());
    if (answer != nullptr) set(work, question, *answer, cells);
    fill(work, items, cells);
    tables_[question.table].rows.push_back(std::move(cells));
    work.place.row = outer;
}

void AnswerTables::set(Work& work, const Question& question, const Answer& answer, Row& cells) {
    const Table& table = tables_[question.table];
    std::ranges::copy(cells_of(*question.item, question.parts, answer.value),
                      cells.begin() + static_cast<std::ptrdiff_t>(question.first));
    work.record.counts.values.count(true);
    work.record.cell(work.place, table.name, table.columns[question.first].name,
                     {.item = question.item->link_id,
                      .pointer = answer.place,
                      .version = "1",
                      .written = written_of(answer.value)});
}

void AnswerTables::set_scores(Work& work, const Answers& answers, Row& cells) {
    const Table& table = tables_.front();
    for (const questionnaire::Score& score : answers.scores) {
        if (!score.value) continue;
        const auto column = scores_.find(score.name);
        const Origin origin{.item = "score:" + score.name,
                            .pointer = {},
                            .version = answers.scoring,
                            .written = *score.value};
        work.record.counts.values.count(column != scores_.end());
        if (column == scores_.end()) {
            work.record.problem(work.place,
                                {.form = name_,
                                 .origin = origin,
                                 .check = "unknown-score",
                                 .effect = Effect::value_left_out,
                                 .message = "The questionnaire has no such score any more."});
            continue;
        }
        cells[column->second] = normal_number(*score.value);
        cells[column->second + 1] = *score.value;
        work.record.cell(work.place, table.name, table.columns[column->second].name, origin);
    }
}

}  // namespace cohort::analysis
