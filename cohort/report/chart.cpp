// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/chart.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cohort::report {

// The least of 1, 2, 5, 10, 20 … (and 0.5, 0.2 …) of which a few cover the span.
static double step_for(double span) {
    constexpr double most_steps = 5;
    const double raw = span / most_steps;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw * (1 - 1e-9)) return factor * power;
    return 10 * power;
}

std::vector<double> ticks(double low, double high) {
    if (high - low < 1e-9) {
        low -= 1;
        high += 1;
    }
    const double step = step_for(high - low);
    const auto first = std::llround(std::floor(low / step + 1e-9));
    const auto last = std::llround(std::ceil(high / step - 1e-9));
    std::vector<double> values;
    for (auto i = first; i <= last; ++i) values.push_back(static_cast<double>(i) * step);
    return values;
}

std::string tick_text(double value) {
    std::array<char, 32> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.10g", value == 0 ? 0 : value);
    return {text.data(), static_cast<std::size_t>(length)};
}

namespace {

// One in so many days that neighbours do not touch; the first and the last always.
std::vector<Chart::Mark> spaced(const std::vector<Chart::Mark>& all, double width) {
    std::vector<Chart::Mark> kept;
    for (const Chart::Mark& mark : all)
        if (kept.empty() || mark.at - kept.back().at >= width) kept.push_back(mark);
    if (all.back().at - kept.back().at > 0) {
        if (kept.size() > 1) kept.pop_back();
        if (all.back().at - kept.back().at >= width) kept.push_back(all.back());
    }
    return kept;
}

}  // namespace

Chart chart(const Score& score, const Box& box, double day_width) {
    double low = score.lowest.value_or(score.trend.front().value);
    double high = score.highest.value_or(score.trend.front().value);
    for (const Measured& measured : score.trend) {
        low = std::min(low, measured.value);
        high = std::max(high, measured.value);
    }
    const std::vector<double> values = ticks(low, high);
    const auto y_of = [&](double value) {
        return box.y + box.height * (values.back() - value) / (values.back() - values.front());
    };
    const auto first_day = static_cast<double>(to_days(score.trend.front().day));
    const double span = static_cast<double>(to_days(score.trend.back().day)) - first_day;
    const auto x_of = [&](const CivilDate& day) {
        const double since = static_cast<double>(to_days(day)) - first_day;
        return span > 0 ? box.x + box.width * since / span : box.x + box.width / 2;
    };
    Chart made;
    for (const double value : values) made.values.push_back({y_of(value), tick_text(value)});
    for (const Measured& measured : score.trend) {
        made.points.push_back({x_of(measured.day), y_of(measured.value)});
        made.days.push_back({made.points.back().x, to_string(measured.day)});
    }
    made.days = spaced(made.days, day_width);
    return made;
}

}  // namespace cohort::report
