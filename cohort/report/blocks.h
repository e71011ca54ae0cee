// SPDX-License-Identifier: Apache-2.0
// The parts of a report, each of a height, before they are put on pages.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cohort/platform/pdf/document.h"
#include "cohort/report/labels.h"
#include "cohort/report/report.h"

namespace cohort::report {

constexpr double margin = 56;
constexpr double text_width = pdf::page_width - 2 * margin;

constexpr pdf::Colour ink{0.10, 0.12, 0.16};
constexpr pdf::Colour quiet{0.38, 0.42, 0.48};
constexpr pdf::Colour rule{0.80, 0.83, 0.87};
constexpr pdf::Colour shade{0.94, 0.95, 0.97};
constexpr pdf::Colour accent{0.09, 0.38, 0.66};
constexpr pdf::Colour alarm{0.75, 0.12, 0.10};

/// Something that is not broken over pages.
struct Block {
    double height = 0;
    std::function<void(pdf::Document&, double y)> draw;
    bool with_next = false;  ///< not last on a page
    /// Of a table's row: the height of the table's heading, and the heading itself, which is drawn
    /// again where a page begins with the row.
    double heading_height = 0;
    std::function<void(pdf::Document&, double y)> heading = {};
};

/// What stands above everything: the questionnaire, whose it is, and when.
std::vector<Block> head_blocks(pdf::Document& document, const Report& report);

/// The table of scores, and a chart of each that has a course.
std::vector<Block> score_blocks(pdf::Document& document, const Report& report);

/// The table of answers.
std::vector<Block> answer_blocks(pdf::Document& document, const Report& report);

/// A heading of a part.
Block part_heading(pdf::Document& document, const char* text);

/// The row of a table, its cells at these places.
struct Cell {
    double x;
    double width;
    std::string text;
    pdf::Colour colour = ink;
};
Block row(pdf::Document& document, const std::vector<Cell>& cells, double size,
          std::optional<pdf::Colour> ground = {});

/// The same where a cell may hold more than a page does: as many rows as it takes.
std::vector<Block> rows(pdf::Document& document, std::vector<Cell> cells, double size);

}  // namespace cohort::report
