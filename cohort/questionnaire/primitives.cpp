// SPDX-License-Identifier: Apache-2.0
// Source: FHIR R4 §2.24.0.1, primitive types.
#include <algorithm>
#include <charconv>
#include <limits>

#include "cohort/questionnaire/decimal.h"
#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/moment.h"

namespace cohort::questionnaire {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_code(std::string_view text) {
    if (is_space(text.front()) || is_space(text.back())) return false;
    return std::none_of(text.begin(), text.end(), [](char c) { return is_space(c) && c != ' '; });
}

bool is_id(std::string_view text) {
    return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '.';
           });
}

bool is_integer(std::string_view text, long long least) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= least;
}

bool is_base64(std::string_view text) {
    size_t digits = 0;
    size_t padding = 0;
    for (const char c : text) {
        if (is_space(c)) continue;
        if (c == '=')
            ++padding;
        else if (padding > 0 || !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                  (c >= '0' && c <= '9') || c == '+' || c == '/'))
            return false;
        else
            ++digits;
    }
    return padding <= 2 && (digits + padding) % 4 == 0;
}

}  // namespace

Primitive primitive_of(std::string_view type) {
    if (type == "boolean") return Primitive::boolean;
    if (type == "integer" || type == "decimal" || type == "unsignedInt" || type == "positiveInt")
        return Primitive::number;
    static constexpr std::string_view texts[] = {
        "string", "markdown", "uri",  "url",      "canonical", "code",
        "id",     "date",     "time", "dateTime", "instant",   "base64Binary",
    };
    return std::find(std::begin(texts), std::end(texts), type) != std::end(texts)
               ? Primitive::string
               : Primitive::none;
}

bool is_of_type(std::string_view type, std::string_view text) {
    if (text.empty()) return false;
    if (type == "boolean") return text == "true" || text == "false";
    if (type == "integer") return is_integer(text, std::numeric_limits<int>::min());
    if (type == "unsignedInt") return is_integer(text, 0);
    if (type == "positiveInt") return is_integer(text, 1);
    if (type == "decimal") return Decimal::parse(text).has_value();
    if (type == "code") return is_code(text);
    if (type == "id") return is_id(text);
    if (type == "uri" || type == "url" || type == "canonical")
        return std::none_of(text.begin(), text.end(), is_space);
    if (type == "base64Binary") return is_base64(text);
    if (type == "date" || type == "dateTime" || type == "instant" || type == "time")
        return parse_moment(type, text).has_value();
    return true;
}

}  // namespace cohort::questionnaire
