// SPDX-License-Identifier: Apache-2.0
#include "cohort/study/item_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "cohort/base/time.h"

namespace cohort::study {
namespace {

constexpr std::int64_t day_ms = 86'400'000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
}

/// Eats a fixed number of digits.
std::optional<int> digits(std::string_view& s, size_t count) {
    if (s.size() < count || !all_digits(s.substr(0, count))) return std::nullopt;
    int value = 0;
    std::from_chars(s.data(), s.data() + count, value);
    s.remove_prefix(count);
    return value;
}

bool eat(std::string_view& s, char c) {
    if (s.empty() || s.front() != c) return false;
    s.remove_prefix(1);
    return true;
}

std::string_view without_sign(std::string_view s) {
    if (!s.empty() && (s.front() == '+' || s.front() == '-')) s.remove_prefix(1);
    return s;
}

std::optional<double> to_double(std::string_view s) {
    if (!s.empty() && s.front() == '+') s.remove_prefix(1);
    double value = 0;
    const auto [at, error] = std::from_chars(s.data(), s.data() + s.size(), value);
    if (error != std::errc() || at != s.data() + s.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

/// [+-]digits, at most 18 of them, so that every integer fits 64 bits.
std::optional<ItemValue> integer(std::string_view raw) {
    const std::string_view body = without_sign(raw);
    if (!all_digits(body) || body.size() > 18) return std::nullopt;
    return ItemValue{.kind = ValueKind::number, .number = to_double(raw).value_or(0)};
}

/// [+-]digits[.digits] with a digit on at least one side; an exponent only for `double`.
std::optional<ItemValue> decimal(std::string_view raw, bool exponent_allowed) {
    std::string_view mantissa = without_sign(raw);
    const size_t e = mantissa.find_first_of("eE");
    if (e != std::string_view::npos) {
        if (!exponent_allowed || !all_digits(without_sign(mantissa.substr(e + 1))))
            return std::nullopt;
        mantissa = mantissa.substr(0, e);
    }
    const size_t point = mantissa.find('.');
    const std::string_view whole = mantissa.substr(0, point);
    const std::string_view part =
        point == std::string_view::npos ? std::string_view() : mantissa.substr(point + 1);
    if (whole.empty() && part.empty()) return std::nullopt;
    if ((!whole.empty() && !all_digits(whole)) || (!part.empty() && !all_digits(part)))
        return std::nullopt;
    const auto value = to_double(raw);
    if (!value) return std::nullopt;
    return ItemValue{.kind = ValueKind::number, .number = *value};
}

std::optional<ItemValue> boolean(std::string_view raw) {
    if (raw == "true" || raw == "1") return ItemValue{.kind = ValueKind::boolean, .boolean = true};
    if (raw == "false" || raw == "0") return ItemValue{.kind = ValueKind::boolean};
    return std::nullopt;
}

/// A stretch of time that a text may mean.
struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool zoned = false;
};

ItemValue moment(const Span& span) {
    return {.kind = ValueKind::moment,
            .earliest_ms = span.first,
            .latest_ms = span.last,
            .zoned = span.zoned};
}

std::optional<Span> date_span(std::string_view s, bool partial) {
    const auto parsed = parse_partial_date(s);
    if (!parsed || (!partial && (!parsed->complete() || s.size() != 10))) return std::nullopt;
    return Span{to_days(parsed->earliest()) * day_ms,
                to_days(parsed->latest()) * day_ms + day_ms - 1};
}

/// Z or ±hh:mm. Units: minutes.
std::optional<int> zone(std::string_view& s) {
    if (eat(s, 'Z')) return 0;
    const bool minus = !s.empty() && s.front() == '-';
    if (!minus && (s.empty() || s.front() != '+')) return std::nullopt;
    s.remove_prefix(1);
    const auto hours = digits(s, 2);
    if (!hours || *hours > 14 || !eat(s, ':')) return std::nullopt;
    const auto minutes = digits(s, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    const int offset = *hours * 60 + *minutes;
    return minus ? -offset : offset;
}

/// hh:mm, hh:mm:ss, hh:mm:ss.fff, each with an optional zone; hh alone when partial.
std::optional<Span> time_span(std::string_view s, bool partial) {
    Span span;
    const auto hour = digits(s, 2);
    if (!hour || *hour > 23) return std::nullopt;
    span.first = *hour * 3'600'000LL;
    std::int64_t width = 3'600'000;
    if (eat(s, ':')) {
        const auto minute = digits(s, 2);
        if (!minute || *minute > 59) return std::nullopt;
        span.first += *minute * 60'000LL;
        width = 60'000;
        if (eat(s, ':')) {
            const auto second = digits(s, 2);
            if (!second || *second > 59) return std::nullopt;
            span.first += *second * 1'000LL;
            width = 1'000;
            if (eat(s, '.')) {
                std::int64_t place = 100;
                if (s.empty() || !is_digit(s.front())) return std::nullopt;
                for (; !s.empty() && is_digit(s.front()); s.remove_prefix(1), place /= 10)
                    span.first += (s.front() - '0') * place;
                width = 1;
            }
        }
    } else if (!partial) {
        return std::nullopt;
    }
    span.last = span.first + (partial ? width - 1 : 0);
    if (s.empty()) return span;
    const auto offset = zone(s);
    if (!offset || !s.empty()) return std::nullopt;
    span.first -= *offset * 60'000LL;
    span.last -= *offset * 60'000LL;
    span.zoned = true;
    return span;
}

std::optional<Span> datetime_span(std::string_view s, bool partial) {
    const size_t t = s.find('T');
    if (t == std::string_view::npos) return partial ? date_span(s, true) : std::nullopt;
    const auto day = date_span(s.substr(0, t), false);
    const auto time = time_span(s.substr(t + 1), partial);
    if (!day || !time) return std::nullopt;
    return Span{day->first + time->first, day->first + time->last, time->zoned};
}

std::optional<ItemValue> from_span(const std::optional<Span>& span) {
    return span ? std::optional(moment(*span)) : std::nullopt;
}

std::optional<ItemValue> hex(std::string_view raw) {
    const bool ok = raw.size() % 2 == 0 && std::all_of(raw.begin(), raw.end(), [](char c) {
                        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
                    });
    return ok ? std::optional(ItemValue{.kind = ValueKind::opaque}) : std::nullopt;
}

std::optional<ItemValue> base64(std::string_view raw) {
    size_t count = 0;
    size_t padding = 0;
    for (const char c : raw) {
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
        const bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '/';
        if (c == '=') ++padding;
        if ((!letter && c != '=') || (letter && padding != 0)) return std::nullopt;
        ++count;
    }
    if (count % 4 != 0 || padding > 2) return std::nullopt;
    return ItemValue{.kind = ValueKind::opaque};
}

std::optional<ItemValue> text(std::string_view) {
    return ItemValue{};
}
std::optional<ItemValue> opaque(std::string_view) {
    return ItemValue{.kind = ValueKind::opaque};
}

struct DataType {
    std::string_view name;
    std::optional<ItemValue> (*parse)(std::string_view);
};

using Raw = std::string_view;
constexpr DataType data_types[] = {
    {"text", text},
    {"string", text},
    {"URI", text},
    {"integer", integer},
    {"float", [](Raw r) { return decimal(r, false); }},
    {"decimal", [](Raw r) { return decimal(r, false); }},
    {"double", [](Raw r) { return decimal(r, true); }},
    {"boolean", boolean},
    {"date", [](Raw r) { return from_span(date_span(r, false)); }},
    {"time", [](Raw r) { return from_span(time_span(r, false)); }},
    {"datetime", [](Raw r) { return from_span(datetime_span(r, false)); }},
    {"partialDate", [](Raw r) { return from_span(date_span(r, true)); }},
    {"partialTime", [](Raw r) { return from_span(time_span(r, true)); }},
    {"partialDatetime", [](Raw r) { return from_span(datetime_span(r, true)); }},
    {"durationDatetime", opaque},
    {"intervalDatetime", opaque},
    {"incompleteDatetime", opaque},
    {"incompleteDate", opaque},
    {"incompleteTime", opaque},
    {"hexBinary", hex},
    {"base64Binary", base64},
    {"hexFloat", hex},
    {"base64Float", base64},
};

const DataType* find_type(std::string_view name) {
    for (const DataType& type : data_types)
        if (type.name == name) return &type;
    return nullptr;
}

std::optional<std::strong_ordering> compare_moments(const ItemValue& a, const ItemValue& b) {
    if (a.zoned != b.zoned) return std::nullopt;
    if (a.latest_ms < b.earliest_ms) return std::strong_ordering::less;
    if (a.earliest_ms > b.latest_ms) return std::strong_ordering::greater;
    if (a.earliest_ms == b.earliest_ms && a.latest_ms == b.latest_ms)
        return std::strong_ordering::equal;
    return std::nullopt;
}

}  // namespace

json::value ItemValue::to_json(std::string_view data_type) const {
    if (kind == ValueKind::boolean) return boolean;
    if (kind == ValueKind::number && data_type == "integer") {
        std::int64_t whole = 0;  // from the text: a double holds 15 digits, an integer 18
        const size_t sign = text.front() == '+' ? 1 : 0;
        std::from_chars(text.data() + sign, text.data() + text.size(), whole);
        return whole;
    }
    if (kind == ValueKind::number) return number;
    return json::value(text);
}

bool is_known_data_type(std::string_view data_type) {
    return find_type(data_type) != nullptr;
}

std::optional<ItemValue> parse_item_value(std::string_view data_type, std::string_view raw) {
    const DataType* type = find_type(data_type);
    auto value = type ? type->parse(raw) : text(raw);
    if (value) value->text = raw;
    return value;
}

std::optional<std::strong_ordering> compare(const ItemValue& a, const ItemValue& b) {
    if (a.kind != b.kind) return std::nullopt;
    switch (a.kind) {
        case ValueKind::number:
            return a.number < b.number   ? std::strong_ordering::less
                   : a.number > b.number ? std::strong_ordering::greater
                                         : std::strong_ordering::equal;
        case ValueKind::boolean:
            return a.boolean <=> b.boolean;
        case ValueKind::moment:
            return compare_moments(a, b);
        case ValueKind::text:
        case ValueKind::opaque:
            return a.text.compare(b.text) <=> 0;
    }
    return std::nullopt;
}

}  // namespace cohort::study
