// SPDX-License-Identifier: Apache-2.0
// Where the parts of a chart lie. Pure; drawn by trend.cpp.
#pragma once

#include <string>
#include <vector>

#include "cohort/platform/pdf/document.h"
#include "cohort/report/report.h"

namespace cohort::report {

/// Round numbers in equal steps whose first is at most `low` and whose last at least `high`: 3 to 7
/// of them.
std::vector<double> ticks(double low, double high);

/// "12", "2.5": a tick without digits that say nothing.
std::string tick_text(double value);

struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
};

struct Chart {
    struct Mark {
        double at;  ///< x of a day, y of a value
        std::string text;
    };
    std::vector<Mark> values;
    std::vector<Mark> days;  ///< so far from each other that `day_width` fits
    std::vector<pdf::Point> points;
};

/// The course of a score within a box: days to the right in proportion to time, values upwards.
/// Shape: the score has a trend of one point at least, by day.
Chart chart(const Score& score, const Box& box, double day_width);

}  // namespace cohort::report
