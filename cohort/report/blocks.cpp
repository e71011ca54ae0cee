// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/blocks.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace cohort::report {

Block part_heading(pdf::Document& document, const char* text) {
    constexpr double above = 16;
    constexpr double below = 6;
    const auto words = std::make_shared<pdf::Paragraph>(
        document.set(text, text_width, {.size = 13, .colour = accent}));
    return {.height = above + words->height() + below,
            .draw = [words](pdf::Document& on, double y) { on.draw(*words, {margin, y + above}); },
            .with_next = true};
}

Block row(pdf::Document& document, const std::vector<Cell>& cells, double size,
          std::optional<pdf::Colour> ground) {
    constexpr double padding = 3.5;
    struct Set {
        double x;
        pdf::Paragraph text;
    };
    const auto set = std::make_shared<std::vector<Set>>();
    double height = 0;
    for (const Cell& cell : cells) {
        set->push_back(
            {cell.x, document.set(cell.text, cell.width, {.size = size, .colour = cell.colour})});
        height = std::max(height, set->back().text.height());
    }
    height += 2 * padding;
    return {.height = height, .draw = [set, height, ground](pdf::Document& on, double y) {
                if (ground) on.fill({margin, y}, text_width, height, *ground);
                for (const Set& cell : *set) on.draw(cell.text, {cell.x, y + padding});
                on.line({margin, y + height}, {margin + text_width, y + height}, 0.5, rule);
            }};
}

// Certainly less than a page, in any column: most are, and need not be measured before.
static bool is_short(const Cell& cell) {
    constexpr std::ptrdiff_t longest = 1500;
    constexpr std::ptrdiff_t a_line = 40;
    const auto lines = std::count(cell.text.begin(), cell.text.end(), '\n');
    return std::ssize(cell.text) + a_line * lines <= longest;
}

std::vector<Block> rows(pdf::Document& document, std::vector<Cell> cells, double size) {
    constexpr double highest = 400;
    if (std::all_of(cells.begin(), cells.end(), is_short)) return {row(document, cells, size)};
    std::vector<Block> made;
    bool is_left = true;
    while (is_left) {
        is_left = false;
        std::vector<Cell> now = cells;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const pdf::Paragraph all = document.set(cells[i].text, cells[i].width, {.size = size});
            const std::size_t count = all.bytes_within(highest);
            now[i].text = cells[i].text.substr(0, count);
            cells[i].text.erase(0, count);
            is_left = is_left || !cells[i].text.empty();
        }
        made.push_back(row(document, now, size));
    }
    return made;
}

namespace {

// "2026-11-22 14:05 (UTC+08:00)"
std::string local_time(Instant at, std::int64_t offset_s) {
    const std::string local = to_rfc3339({at.ms + offset_s * 1000});
    const std::int64_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
    const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return local.substr(0, 10) + " " + local.substr(11, 5) + " (UTC" + (offset_s < 0 ? "-" : "+") +
           two(minutes / 60) + ":" + two(minutes % 60) + ")";
}

Block title(pdf::Document& document, const Report& report) {
    constexpr double below = 8;
    const auto study = std::make_shared<pdf::Paragraph>(
        document.set(report.study, text_width, {.size = 10, .colour = quiet}));
    const auto name = std::make_shared<pdf::Paragraph>(
        document.set(report.questionnaire, text_width, {.size = 20, .colour = ink}));
    return {.height = study->height() + name->height() + below,
            .draw =
                [study, name](pdf::Document& on, double y) {
                    on.draw(*study, {margin, y});
                    on.draw(*name, {margin, y + study->height()});
                },
            .with_next = true};
}

}  // namespace

std::vector<Block> head_blocks(pdf::Document& document, const Report& report) {
    const Labels& words = labels(report.language);
    std::vector<std::pair<const char*, std::string>> facts = {{words.subject, report.subject}};
    if (!report.patient.empty()) facts.emplace_back(words.patient, report.patient);
    facts.emplace_back(words.site, report.site);
    facts.emplace_back(words.submitted, local_time(report.submitted, report.offset_s));
    facts.emplace_back(words.reported_by, report.reported_by);
    facts.emplace_back(words.questionnaire, report.questionnaire + " " + report.version);
    constexpr double label = 84;  // the longest word does not break
    constexpr double half = text_width / 2;
    std::vector<Block> blocks;
    blocks.push_back(title(document, report));
    for (std::size_t i = 0; i < facts.size(); i += 2) {
        std::vector<Cell> cells;
        for (std::size_t k = i; k < std::min(i + 2, facts.size()); ++k) {
            const double x = margin + (k == i ? 0 : half);
            cells.push_back({x + 4, label - 8, facts[k].first, quiet});
            cells.push_back({x + label, half - label - 4, facts[k].second});
        }
        blocks.push_back(row(document, cells, 10, shade));
    }
    return blocks;
}

namespace {

constexpr double gap = 8;
constexpr double split = text_width * 0.62;  // where the answers begin

std::vector<Cell> cells_of(const Line& line, const Labels& words) {
    constexpr double indent = 12;
    constexpr int deepest = 8;
    const double in = 4 + indent * std::min(line.depth, deepest);
    if (line.kind == Line::Kind::heading)
        return {{margin + in, text_width - in - 4, line.question, accent}};
    const bool answered = !line.answer.empty();
    std::string answer = answered ? line.answer : words.not_answered;
    if (line.flagged) answer += std::string("\n") + words.please_look;
    const pdf::Colour colour = line.flagged ? alarm : answered ? ink : quiet;
    return {{margin + in, split - gap - in, line.question},
            {margin + split, text_width - split - 4, answer, colour}};
}

}  // namespace

std::vector<Block> answer_blocks(pdf::Document& document, const Report& report) {
    const Labels& words = labels(report.language);
    std::vector<Block> blocks = {part_heading(document, words.answers)};
    const Block heading = row(document,
                              {{margin + 4, split - gap, words.question, quiet},
                               {margin + split, text_width - split - 4, words.answer, quiet}},
                              9);
    blocks.push_back(heading);
    blocks.back().with_next = true;
    for (const Line& line : report.lines) {
        const bool is_heading = line.kind == Line::Kind::heading;
        for (Block& block : rows(document, cells_of(line, words), 10)) {
            block.with_next = is_heading;
            block.heading_height = heading.height;
            block.heading = heading.draw;
            blocks.push_back(std::move(block));
        }
    }
    return blocks;
}

}  // namespace cohort::report
