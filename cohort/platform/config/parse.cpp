// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/config/parse.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>

namespace cohort::config {

namespace {

struct Unit {
    std::string_view word;
    std::int64_t factor;
};
constexpr std::array duration_units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                    Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array size_units{Unit{"", 1}, Unit{"KiB", 1LL << 10}, Unit{"MiB", 1LL << 20},
                                Unit{"GiB", 1LL << 30}};
constexpr std::array no_units{Unit{"", 1}};

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const std::string_view word{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    for (const Unit& unit : units) {
        if (unit.word != word) continue;
        if (number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
        return number * unit.factor;
    }
    return std::nullopt;
}

// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::int64_t> parse_number(Type type, std::string_view text) {
    switch (type) {
        case Type::text:
            return 0;
        case Type::number:
            return parse_with_unit(text, no_units);
        case Type::duration:
            return parse_with_unit(text, duration_units);
        case Type::size:
            return parse_with_unit(text, size_units);
        case Type::boolean:
            if (text == "true") return 1;
            if (text == "false") return 0;
            return std::nullopt;
    }
    return std::nullopt;
}

std::string_view nearest_key(std::string_view key) {
    const auto all = settings();
    const auto it =
        std::min_element(all.begin(), all.end(), [&](const Setting& a, const Setting& b) {
            return distance(key, a.key) < distance(key, b.key);
        });
    return it->key;
}

}  // namespace cohort::config
