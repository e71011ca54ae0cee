// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/clean.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "cohort/base/time.h"

namespace cohort::analysis {

namespace {

constexpr std::array<std::string_view, 8> blanks{
    " ", "\t", "\n", "\r", "\xc2\xa0", "\xe2\x80\xaf", "\xe3\x80\x80", "\xef\xbb\xbf"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, word) != words.end();
}

// The wide forms of ASCII, U+FF01 to U+FF5E, as the narrow ones.
std::string narrowed(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto at = [&](std::size_t n) {
            return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0U;
        };
        const unsigned low = (at(1) & 0x03U) << 6U | (at(2) & 0x3fU);
        const bool is_wide =
            at(0) == 0xef && (at(1) == 0xbc || at(1) == 0xbd) && low != 0 && low <= 0x5e;
        out += is_wide ? static_cast<char>(low + 0x20) : text[i];
        if (is_wide) i += 2;
    }
    return out;
}

std::vector<std::string_view> split_date(std::string_view text) {
    std::vector<std::string_view> parts;
    const std::size_t sign = text.find_first_of("-/.");
    const char separator = sign == std::string_view::npos ? '\0' : text[sign];
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

// "2024/5/6" with ISO's signs; anything that is not a year, a month and a day stays.
std::string iso_date(std::string text) {
    const auto parts = split_date(text);
    const bool is_one = parts.size() == 3 && parts[0].size() == 4 && parts[1].size() <= 2 &&
                        parts[2].size() <= 2 && std::ranges::all_of(parts, all_digits);
    if (is_one) {
        const auto two = [](std::string_view part) {
            return std::string(2 - part.size(), '0') + std::string(part);
        };
        text = std::string(parts[0]) + "-" + two(parts[1]) + "-" + two(parts[2]);
    }
    const auto parsed = parse_partial_date(text);
    return parsed ? to_string(*parsed) : text;
}

std::string iso_datetime(const std::string& text) {
    const std::size_t t = text.find_first_of("T ");
    if (t == std::string::npos) return iso_date(text);
    return iso_date(text.substr(0, t)) + "T" + text.substr(t + 1);
}

}  // namespace

std::string_view trim(std::string_view text) {
    for (bool again = true; again;) {
        again = false;
        for (const std::string_view blank : blanks) {
            const bool before = text.starts_with(blank);
            if (before) text.remove_prefix(blank.size());
            const bool behind = text.ends_with(blank);
            if (behind) text.remove_suffix(blank.size());
            again = again || before || behind;
        }
    }
    return text;
}

std::string clean(std::string_view data_type, std::string_view raw) {
    const std::string_view text = trim(raw);
    if (is_one_of(data_type, {"date", "partialDate"})) return iso_date(narrowed(text));
    if (is_one_of(data_type, {"datetime", "partialDatetime"})) return iso_datetime(narrowed(text));
    if (is_one_of(data_type, {"integer", "float", "decimal", "double", "time", "partialTime"}))
        return narrowed(text);
    return std::string(text);
}

// --- spellings ----------------------------------------------------------------------------

namespace {

constexpr int digits_max = 400;

// Digits and where the point stands among them.
struct Decimal {
    std::string digits;
    int point = 0;
};

std::optional<Decimal> parse_unsigned(std::string_view text) {
    int exponent = 0;
    const std::size_t e = text.find_first_of("eE");
    if (e != std::string_view::npos) {
        std::string_view power = text.substr(e + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        const auto [end, error] =
            std::from_chars(power.data(), power.data() + power.size(), exponent);
        if (error != std::errc() || end != power.data() + power.size()) return std::nullopt;
        if (exponent > digits_max || exponent < -digits_max) return std::nullopt;
        text = text.substr(0, e);
    }
    const std::size_t point = std::min(text.find('.'), text.size());
    Decimal out{.digits = std::string(text.substr(0, point)), .point = 0};
    out.point = static_cast<int>(out.digits.size()) + exponent;
    if (point < text.size()) out.digits += text.substr(point + 1);
    if (!all_digits(out.digits) || out.digits.size() > digits_max) return std::nullopt;
    return out;
}

}  // namespace

std::optional<std::string> normal_number(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    auto number = parse_unsigned(text);
    if (!number) return std::nullopt;
    auto& [digits, point] = *number;
    if (point < 0) digits.insert(0, static_cast<std::size_t>(-point), '0');
    point = std::max(point, 0);
    if (digits.size() < static_cast<std::size_t>(point))
        digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
    std::string whole = digits.substr(0, static_cast<std::size_t>(point));
    std::string part = digits.substr(static_cast<std::size_t>(point));
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    part.erase(part.find_last_not_of('0') + 1);
    if (whole.empty()) whole = "0";
    const bool is_zero = whole == "0" && part.empty();
    return (is_negative && !is_zero ? "-" : "") + whole + (part.empty() ? "" : "." + part);
}

std::optional<std::string> wall_clock(std::string_view iso) {
    constexpr std::size_t to_minutes = 16;  // 2024-05-06T07:08
    if (iso.size() < to_minutes || iso[10] != 'T' || iso[13] != ':') return std::nullopt;
    std::string_view seconds = iso.substr(to_minutes);
    if (!seconds.starts_with(':')) return std::string(iso.substr(0, to_minutes)) + ":00";
    seconds = seconds.substr(0, seconds.find_first_of("Z+-"));
    return std::string(iso.substr(0, to_minutes)) + std::string(seconds);
}

}  // namespace cohort::analysis
