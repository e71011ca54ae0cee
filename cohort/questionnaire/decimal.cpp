// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace cohort::questionnaire {
namespace {

constexpr int places_kept = 8;
constexpr long long one = 100'000'000;
__extension__ using Wide = __int128;

// A number as its digits without zeros at either end: 0.<digits> times ten to the power `point`.
struct Digits {
    bool negative = false;
    std::string digits;
    long point = 0;
};

long exponent_of(std::string_view& number) {
    const auto at = number.find_first_of("eE");
    if (at == std::string_view::npos) return 0;
    std::string_view text = number.substr(at + 1);
    number = number.substr(0, at);
    if (text.starts_with('+')) text.remove_prefix(1);
    long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) return text.starts_with('-') ? -100000 : 100000;
    return std::clamp(value, -100000L, 100000L);
}

Digits digits_of(std::string_view number) {
    Digits out;
    out.negative = number.starts_with('-');
    if (out.negative) number.remove_prefix(1);
    out.point = exponent_of(number);
    const auto dot = number.find('.');
    out.digits = std::string(number.substr(0, dot));
    out.point += static_cast<long>(out.digits.size());
    if (dot != std::string_view::npos) out.digits += number.substr(dot + 1);
    const auto first = out.digits.find_first_not_of('0');
    if (first == std::string::npos) return {};
    out.digits.erase(0, first);
    out.point -= static_cast<long>(first);
    out.digits.erase(out.digits.find_last_not_of('0') + 1);
    return out;
}

std::strong_ordering compare_sizes(const Digits& a, const Digits& b) {
    if (a.digits.empty() || b.digits.empty()) return a.digits.size() <=> b.digits.size();
    if (a.point != b.point) return a.point <=> b.point;
    return a.digits.compare(b.digits) <=> 0;
}

size_t digits_at(std::string_view text, size_t at) {
    const size_t end = text.find_first_not_of("0123456789", at);
    return (end == std::string_view::npos ? text.size() : end) - at;
}

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    size_t at = digits_at(text, 0);
    if (at == 0) return false;
    if (at < text.size() && text[at] == '.') {
        const size_t fraction = digits_at(text, at + 1);
        if (fraction == 0) return false;
        at += 1 + fraction;
    }
    if (at == text.size()) return true;
    if (text[at] != 'e' && text[at] != 'E') return false;
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    return at < text.size() && at + digits_at(text, at) == text.size();
}

}  // namespace

std::strong_ordering compare_decimals(std::string_view a, std::string_view b) {
    const Digits left = digits_of(a);
    const Digits right = digits_of(b);
    if (left.negative != right.negative)
        return left.negative ? std::strong_ordering::less : std::strong_ordering::greater;
    return left.negative ? compare_sizes(right, left) : compare_sizes(left, right);
}

int decimal_places(std::string_view number) {
    const long exponent = exponent_of(number);
    const auto dot = number.find('.');
    const long written =
        dot == std::string_view::npos ? 0 : static_cast<long>(number.size() - dot - 1);
    return static_cast<int>(std::max(0L, written - exponent));
}

Decimal Decimal::of(long long whole) {
    return Decimal(static_cast<Units>(whole) * one);
}

std::optional<Decimal> Decimal::parse(std::string_view text) {
    if (!is_number(text)) return std::nullopt;
    const Digits number = digits_of(text);
    if (number.point > 29) return std::nullopt;
    Units units = 0;
    const long wanted = number.point + places_kept;
    for (long i = 0; i < wanted; ++i) {
        const auto at = static_cast<size_t>(i);
        units = units * 10 + (at < number.digits.size() ? number.digits[at] - '0' : 0);
    }
    if (wanted >= 0 && static_cast<size_t>(wanted) < number.digits.size() &&
        number.digits[static_cast<size_t>(wanted)] >= '5')
        ++units;
    return Decimal(number.negative ? -units : units);
}

std::optional<Decimal> Decimal::of_double(double value) {
    if (!std::isfinite(value) || std::abs(value) > 1e29) return std::nullopt;
    const long double scaled = std::round(static_cast<long double>(value) * one);
    return Decimal(static_cast<Units>(scaled));
}

std::optional<Decimal> Decimal::plus(Decimal other) const {
    Units sum = 0;
    if (__builtin_add_overflow(units_, other.units_, &sum)) return std::nullopt;
    return Decimal(sum);
}

std::optional<Decimal> Decimal::minus(Decimal other) const {
    Units difference = 0;
    if (__builtin_sub_overflow(units_, other.units_, &difference)) return std::nullopt;
    return Decimal(difference);
}

std::optional<Decimal> Decimal::times(Decimal other) const {
    Units product = 0;
    if (__builtin_mul_overflow(units_, other.units_, &product)) return std::nullopt;
    return Decimal(product / one + (product % one * 2 >= one    ? 1
                                    : product % one * 2 <= -one ? -1
                                                                : 0));
}

std::optional<Decimal> Decimal::over(Decimal other) const {
    Units scaled = 0;
    if (other.units_ == 0 || __builtin_mul_overflow(units_, static_cast<Units>(one), &scaled))
        return std::nullopt;
    const Units quotient = scaled / other.units_;
    const Units rest = scaled % other.units_;
    const auto size = [](Units value) { return value < 0 ? -value : value; };
    if (size(rest) < size(other.units_) - size(rest)) return Decimal(quotient);
    return Decimal(quotient + ((units_ < 0) == (other.units_ < 0) ? 1 : -1));
}

Decimal Decimal::rounded(int places) const {
    Units step = 1;
    for (int i = places; i < places_kept; ++i) step *= 10;
    const Units rest = units_ % step;
    const Units down = units_ - rest;
    if (rest * 2 >= step) return Decimal(down + step);
    return Decimal(rest * 2 <= -step ? down - step : down);
}

Decimal Decimal::truncated() const {
    return Decimal(units_ - units_ % one);
}

double Decimal::to_double() const {
    return static_cast<double>(static_cast<long double>(units_) / one);
}

std::optional<long long> Decimal::to_integer() const {
    constexpr Wide most = std::numeric_limits<long long>::max();
    if (units_ % one != 0 || units_ / one > most || units_ / one < -most) return std::nullopt;
    return static_cast<long long>(units_ / one);
}

std::string Decimal::to_text() const {
    Units left = units_ < 0 ? -units_ : units_;
    std::string digits;
    for (int i = 0; left > 0 || i <= places_kept; ++i, left /= 10) {
        if (i == places_kept) digits += '.';
        digits += static_cast<char>('0' + static_cast<int>(left % 10));
    }
    std::reverse(digits.begin(), digits.end());
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    return units_ < 0 ? "-" + digits : digits;
}

}  // namespace cohort::questionnaire
