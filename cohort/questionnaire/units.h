// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace cohort::questionnaire {

inline constexpr std::string_view ucum = "http://unitsofmeasure.org";

/// A unit as so many of metre, gram, second, mole, kelvin, and of what only itself is: `own` names
/// an arbitrary unit such as [IU], which compares with nothing else.
struct Unit {
    double factor = 1;
    std::array<int, 5> dimension = {};
    std::string_view own = {};

    bool comparable(const Unit& other) const {
        return dimension == other.dimension && own == other.own;
    }
};

/// Reads a case-sensitive UCUM code: prefixes, products, quotients and exponents of the units of
/// clinical work. Nothing for a code outside it, and for degrees Celsius and Fahrenheit, whose zero
/// is elsewhere: these compare only with themselves, by their code.
/// Source: UCUM 2.1, tables 1 to 20 as far as named in units.cpp.
std::optional<Unit> parse_unit(std::string_view code);

}  // namespace cohort::questionnaire
