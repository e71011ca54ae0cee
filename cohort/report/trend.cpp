// SPDX-License-Identifier: Apache-2.0
// Scores: their table, and how each went.
#include <memory>

#include "cohort/report/blocks.h"
#include "cohort/report/chart.h"

namespace cohort::report {

namespace {

constexpr double plot_height = 96;
constexpr double day_width = 62;  // of "2026-11-22" with its distance

struct Placed {
    pdf::Paragraph text;
    pdf::Point at;
};

struct Drawing {
    Chart chart;
    Box box;
    std::vector<Placed> texts;
};

void add_marks(pdf::Document& document, Drawing& drawing) {
    constexpr double size = 8;
    const Box& box = drawing.box;
    constexpr double beside = 30;
    for (const auto& mark : drawing.chart.values) {
        auto text = document.set(mark.text, beside,
                                 {.size = size, .colour = quiet, .align = pdf::Align::right});
        const double y = mark.at - text.height() / 2;
        drawing.texts.push_back({std::move(text), {box.x - beside - 5, y}});
    }
    for (const auto& mark : drawing.chart.days) {
        auto text = document.set(mark.text, day_width,
                                 {.size = size, .colour = quiet, .align = pdf::Align::centre});
        drawing.texts.push_back(
            {std::move(text), {mark.at - day_width / 2, box.y + box.height + 4}});
    }
}

// The last value stands beside its point: it is the one that the report is about.
void add_last_value(pdf::Document& document, const Score& score, Drawing& drawing) {
    constexpr double width = 40;
    auto text = document.set(score.value, width, {.size = 10, .colour = accent});
    const pdf::Point last = drawing.chart.points.back();
    const double y = last.y - text.height() / 2;
    drawing.texts.push_back({std::move(text), {last.x + 7, y}});
}

void draw(pdf::Document& on, const Drawing& drawing, double y) {
    const auto down = [y](pdf::Point point) { return pdf::Point{point.x, point.y + y}; };
    const Box& box = drawing.box;
    for (const auto& mark : drawing.chart.values)
        on.line(down({box.x, mark.at}), down({box.x + box.width, mark.at}), 0.5, rule);
    std::vector<pdf::Point> points;
    for (const pdf::Point& point : drawing.chart.points) points.push_back(down(point));
    on.lines(points, 1.5, accent);
    for (const pdf::Point& point : points) on.disc(point, 2.5, accent);
    for (const Placed& placed : drawing.texts) on.draw(placed.text, down(placed.at));
}

Block course(pdf::Document& document, const Report& report, const Score& score) {
    constexpr double left = 40;
    constexpr double right = 56;
    constexpr double below = 26;
    const std::string name = score.name + " · " + labels(report.language).course;
    const auto drawing = std::make_shared<Drawing>();
    const auto title = std::make_shared<pdf::Paragraph>(
        document.set(name, text_width, {.size = 9, .colour = quiet}));
    const double top = title->height() + 16;
    drawing->box = {margin + left, top, text_width - left - right, plot_height};
    drawing->chart = chart(score, drawing->box, day_width);
    add_marks(document, *drawing);
    add_last_value(document, score, *drawing);
    return {.height = top + plot_height + below,
            .draw = [title, drawing](pdf::Document& on, double y) {
                on.draw(*title, {margin + 4, y + 8});
                draw(on, *drawing, y);
            }};
}

}  // namespace

std::vector<Block> score_blocks(pdf::Document& document, const Report& report) {
    if (report.scores.empty()) return {};
    const Labels& words = labels(report.language);
    constexpr double second = text_width * 0.45;
    constexpr double third = text_width * 0.62;
    const auto cells = [&](const std::string& name, const std::string& value,
                           const std::string& meaning, pdf::Colour colour) {
        return std::vector<Cell>{{margin + 4, second - 8, name, colour},
                                 {margin + second, third - second - 4, value, colour},
                                 {margin + third, text_width - third - 4, meaning, colour}};
    };
    std::vector<Block> blocks = {part_heading(document, words.scores)};
    blocks.push_back(row(document, cells(words.score, words.value, words.meaning, quiet), 9));
    blocks.back().with_next = true;
    for (const Score& score : report.scores) {
        const bool has_value = !score.value.empty();
        blocks.push_back(
            row(document,
                cells(score.name, has_value ? score.value : "—",
                      has_value ? score.meaning : words.no_value, has_value ? ink : quiet),
                10));
    }
    for (const Score& score : report.scores)
        if (score.trend.size() > 1) blocks.push_back(course(document, report, score));
    return blocks;
}

}  // namespace cohort::report
