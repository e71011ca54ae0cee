// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/table.h"

#include <algorithm>
#include <utility>

namespace cohort::analysis {

std::string_view to_string(Type type) noexcept {
    switch (type) {
        case Type::text:
            return "text";
        case Type::integer:
            return "integer";
        case Type::decimal:
            return "decimal";
        case Type::boolean:
            return "boolean";
        case Type::date:
            return "date";
        case Type::datetime:
            return "datetime";
    }
    return {};
}

std::string_view to_string(Part part) noexcept {
    switch (part) {
        case Part::row:
            return "row";
        case Part::value:
            return "value";
        case Part::written:
            return "written";
        case Part::iso:
            return "iso";
        case Part::label:
            return "label";
        case Part::unit:
            return "unit";
        case Part::comparator:
            return "comparator";
    }
    return {};
}

Column& Table::add(Column column) {
    return columns.emplace_back(std::move(column));
}

void Table::sort_rows() {
    std::ranges::sort(rows, [this](const Row& a, const Row& b) {
        const auto end = [this](const Row& row) {
            return row.begin() + static_cast<std::ptrdiff_t>(keys);
        };
        return std::lexicographical_compare(a.begin(), end(a), b.begin(), end(b));
    });
}

// --- names --------------------------------------------------------------------------------

namespace {

constexpr std::size_t bytes_max = 40;  // PostgreSQL cuts names after 63

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string plain(std::string_view wish) {
    std::string out;
    for (const char c : wish) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (is_letter_or_digit(small))
            out += small;
        else if (!out.empty() && out.back() != '_')
            out += '_';
    }
    out.resize(std::min(out.size(), bytes_max));
    while (!out.empty() && out.back() == '_') out.pop_back();
    if (out.empty() || (out.front() >= '0' && out.front() <= '9')) out.insert(0, "n");
    return out;
}

}  // namespace

bool Names::is_free(const std::string& name, const std::vector<std::string>& suffixes) const {
    const auto free = [this](const std::string& one) {
        return !std::ranges::binary_search(taken_, one);
    };
    return free(name) && std::ranges::all_of(suffixes, [&](const std::string& suffix) {
               return free(name + suffix);
           });
}

std::string Names::take(std::string_view wish, const std::vector<std::string>& suffixes) {
    std::ranges::sort(taken_);
    const std::string base = plain(wish);
    std::string name = base;
    for (int i = 2; !is_free(name, suffixes); ++i) name = base + "_" + std::to_string(i);
    taken_.push_back(name);
    for (const std::string& suffix : suffixes) taken_.push_back(name + suffix);
    return name;
}

}  // namespace cohort::analysis
