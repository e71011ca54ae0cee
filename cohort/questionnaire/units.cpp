// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/units.h"

#include <charconv>
#include <cmath>

namespace cohort::questionnaire {
namespace {

struct Atom {
    std::string_view code;
    double factor;
    std::array<int, 5> dimension;  // metre, gram, second, mole, kelvin
    bool metric = false;           // takes prefixes
    bool arbitrary = false;
};

constexpr Atom atoms[] = {
    {"m", 1, {1, 0, 0, 0, 0}, true},
    {"g", 1, {0, 1, 0, 0, 0}, true},
    {"s", 1, {0, 0, 1, 0, 0}, true},
    {"mol", 1, {0, 0, 0, 1, 0}, true},
    {"K", 1, {0, 0, 0, 0, 1}, true},
    {"eq", 1, {0, 0, 0, 1, 0}, true},
    {"osm", 1, {0, 0, 0, 1, 0}, true},
    {"L", 1e-3, {3, 0, 0, 0, 0}, true},
    {"l", 1e-3, {3, 0, 0, 0, 0}, true},
    {"Hz", 1, {0, 0, -1, 0, 0}, true},
    {"N", 1e3, {1, 1, -2, 0, 0}, true},
    {"Pa", 1e3, {-1, 1, -2, 0, 0}, true},
    {"bar", 1e8, {-1, 1, -2, 0, 0}, true},
    {"m[Hg]", 133322000, {-1, 1, -2, 0, 0}, true},
    {"m[H2O]", 9806650, {-1, 1, -2, 0, 0}, true},
    {"J", 1e3, {2, 1, -2, 0, 0}, true},
    {"cal", 4184, {2, 1, -2, 0, 0}, true},
    {"W", 1e3, {2, 1, -3, 0, 0}, true},
    {"kat", 1, {0, 0, -1, 1, 0}, true},
    {"U", 1e-6 / 60, {0, 0, -1, 1, 0}, true},
    {"t", 1e6, {0, 1, 0, 0, 0}, true},
    {"min", 60, {0, 0, 1, 0, 0}},
    {"h", 3600, {0, 0, 1, 0, 0}},
    {"d", 86400, {0, 0, 1, 0, 0}},
    {"wk", 604800, {0, 0, 1, 0, 0}},
    {"mo", 2629800, {0, 0, 1, 0, 0}},
    {"a", 31557600, {0, 0, 1, 0, 0}},
    {"%", 0.01, {}},
    {"[ppth]", 1e-3, {}},
    {"[ppm]", 1e-6, {}},
    {"[in_i]", 0.0254, {1, 0, 0, 0, 0}},
    {"[ft_i]", 0.3048, {1, 0, 0, 0, 0}},
    {"[yd_i]", 0.9144, {1, 0, 0, 0, 0}},
    {"[mi_i]", 1609.344, {1, 0, 0, 0, 0}},
    {"[lb_av]", 453.59237, {0, 1, 0, 0, 0}},
    {"[oz_av]", 28.349523125, {0, 1, 0, 0, 0}},
    {"[stone_av]", 6350.29318, {0, 1, 0, 0, 0}},
    {"[IU]", 1, {}, true, true},
    {"[iU]", 1, {}, true, true},
    {"[arb'U]", 1, {}, false, true},
    {"[drp]", 0.00005e-3, {3, 0, 0, 0, 0}},
};

struct Prefix {
    std::string_view code;
    double factor;
};
constexpr Prefix prefixes[] = {
    {"da", 1e1}, {"h", 1e2},  {"k", 1e3},  {"M", 1e6},  {"G", 1e9},   {"T", 1e12},  {"d", 1e-1},
    {"c", 1e-2}, {"m", 1e-3}, {"u", 1e-6}, {"n", 1e-9}, {"p", 1e-12}, {"f", 1e-15},
};

std::optional<Unit> of_atom(const Atom& atom, double factor) {
    return Unit{factor * atom.factor, atom.dimension, atom.arbitrary ? atom.code : ""};
}

std::optional<Unit> simple(std::string_view code) {
    for (const Atom& atom : atoms)
        if (atom.code == code) return of_atom(atom, 1);
    for (const Prefix& prefix : prefixes)
        for (const Atom& atom : atoms)
            if (atom.metric && code.starts_with(prefix.code) &&
                code.substr(prefix.code.size()) == atom.code)
                return of_atom(atom, prefix.factor);
    return std::nullopt;
}

std::optional<int> small_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || std::abs(value) > 30)
        return std::nullopt;
    return value;
}

// "cm2", "10*9", "{score}", "100".
std::optional<Unit> component(std::string_view code) {
    const auto note = code.find('{');
    if (note != std::string_view::npos) {
        if (code.back() != '}' || code.find('}') != code.size() - 1) return std::nullopt;
        code = code.substr(0, note);
        if (code.empty()) return Unit{};
    }
    if (code.starts_with("10*") || code.starts_with("10^")) {
        const auto power = code.size() == 3 ? 1 : small_number(code.substr(3));
        if (!power) return std::nullopt;
        return Unit{std::pow(10.0, *power), {}, {}};
    }
    if (const auto whole = simple(code)) return whole;
    const auto digits = code.find_last_not_of("0123456789+-");
    if (digits == std::string_view::npos) {
        int value = 0;
        const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), value);
        if (error != std::errc() || end != code.data() + code.size() || value < 1)
            return std::nullopt;
        return Unit{static_cast<double>(value), {}, {}};
    }
    const auto base = simple(code.substr(0, digits + 1));
    const auto power = small_number(code.substr(digits + 1));
    if (!base || !power || !base->own.empty()) return std::nullopt;
    Unit out{std::pow(base->factor, *power), base->dimension, {}};
    for (int& exponent : out.dimension) exponent *= *power;
    return out;
}

bool multiply(Unit& into, const Unit& by, int sign) {
    if (!by.own.empty() && (!into.own.empty() || sign < 0)) return false;
    if (!by.own.empty()) into.own = by.own;
    into.factor *= sign > 0 ? by.factor : 1 / by.factor;
    for (size_t i = 0; i < into.dimension.size(); ++i) into.dimension[i] += sign * by.dimension[i];
    return true;
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view code) {
    if (code.empty() || code.size() > 64) return std::nullopt;
    Unit out;
    int sign = 1;
    if (code.front() == '/') {
        sign = -1;
        code.remove_prefix(1);
    }
    while (true) {
        size_t end = 0;
        for (int depth = 0; end < code.size(); ++end) {
            if (code[end] == '{' || code[end] == '[') ++depth;
            if (code[end] == '}' || code[end] == ']') --depth;
            if (depth == 0 && (code[end] == '.' || code[end] == '/')) break;
        }
        if (end == 0) return std::nullopt;
        const auto part = component(code.substr(0, end));
        if (!part || !multiply(out, *part, sign)) return std::nullopt;
        if (end == code.size()) return out;
        sign = code[end] == '/' ? -1 : 1;
        code.remove_prefix(end + 1);
    }
}

}  // namespace cohort::questionnaire
