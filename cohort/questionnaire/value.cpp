// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/value.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "cohort/questionnaire/decimal.h"
#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/moment.h"
#include "cohort/questionnaire/units.h"

namespace cohort::questionnaire {
namespace {

using json::Exact;

ValueKind kind_of(std::string_view type) {
    static constexpr std::pair<std::string_view, ValueKind> kinds[] = {
        {"boolean", ValueKind::boolean},       {"decimal", ValueKind::decimal},
        {"integer", ValueKind::integer},       {"date", ValueKind::date},
        {"dateTime", ValueKind::date_time},    {"time", ValueKind::time},
        {"string", ValueKind::string},         {"uri", ValueKind::uri},
        {"Attachment", ValueKind::attachment}, {"Coding", ValueKind::coding},
        {"Quantity", ValueKind::quantity},     {"Reference", ValueKind::reference},
    };
    for (const auto& [name, kind] : kinds)
        if (name == type) return kind;
    return ValueKind::none;
}

// The value of the first extension of that URL among the children, or null.
const Exact* first_extension(const Exact& from, std::string_view url) {
    const Exact* all = from.find("extension");
    if (all == nullptr) return nullptr;
    for (const Exact& extension : all->elements)
        if (extension.find("url")->text == url) return &extension;
    return nullptr;
}

std::string part_text(const Exact& extension, std::string_view url) {
    const Exact* part = first_extension(extension, url);
    if (part == nullptr) return {};
    for (const auto& [name, member] : part->members)
        if (name.starts_with("value")) return member.text;
    return {};
}

bool same_quantity(const Quantity& a, const Quantity& b) {
    return a.system == b.system && a.code == b.code && a.unit == b.unit &&
           a.comparator == b.comparator && a.value.empty() == b.value.empty() &&
           (a.value.empty() || compare_decimals(a.value, b.value) == 0);
}

bool same_moment(std::string_view type, const std::string& a, const std::string& b) {
    const auto left = parse_moment(type, a);
    const auto right = parse_moment(type, b);
    return left && right && compare(*left, *right) == std::strong_ordering::equal;
}

}  // namespace

const std::string& Text::in(const std::string& language) const {
    const auto found = translations.find(language);
    return found == translations.end() ? text : found->second;
}

bool Text::is(std::string_view other) const {
    return text == other || std::any_of(translations.begin(), translations.end(),
                                        [other](const auto& one) { return one.second == other; });
}

std::string words_of(std::string_view xhtml) {
    static constexpr std::pair<std::string_view, std::string_view> entities[] = {
        {"&lt;", "<"},    {"&gt;", ">"},   {"&amp;", "&"},
        {"&quot;", "\""}, {"&apos;", "'"}, {"&nbsp;", " "},
    };
    std::string out;
    while (!xhtml.empty()) {
        if (xhtml[0] == '<') {
            const bool line = xhtml.starts_with("<br") || xhtml.starts_with("</br") ||
                              xhtml.starts_with("</p") || xhtml.starts_with("</div") ||
                              xhtml.starts_with("</li");
            const auto end = xhtml.find('>');
            if (end == std::string_view::npos) break;
            xhtml.remove_prefix(end + 1);
            if (line && !out.empty() && out.back() != '\n') out += '\n';
            continue;
        }
        const auto* known = std::find_if(std::begin(entities), std::end(entities),
                                         [&](auto& one) { return xhtml.starts_with(one.first); });
        const bool entity = known != std::end(entities);
        out += entity ? known->second : xhtml.substr(0, 1);
        xhtml.remove_prefix(entity ? known->first.size() : 1);
    }
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

const char* to_string(ValueKind kind) {
    static constexpr const char* names[] = {
        "nothing", "boolean", "decimal",    "integer", "date",     "dateTime", "time",
        "string",  "uri",     "Attachment", "Coding",  "Quantity", "Reference"};
    return names[static_cast<int>(kind)];
}

std::string text_of(const Exact& from, std::string_view name) {
    const Exact* member = from.find(name);
    return member == nullptr ? "" : member->text;
}

Text read_text(const Exact& from, std::string_view name) {
    Text out{.text = text_of(from, name)};
    const Exact* beside = from.find('_' + std::string(name));
    const Exact* all = beside == nullptr ? nullptr : beside->find("extension");
    if (all == nullptr) return out;
    if (out.text.empty())
        if (const Exact* marked_up = first_extension(*beside, extension::xhtml))
            out.text = words_of(text_of(*marked_up, "valueString"));
    for (const Exact& extension : all->elements)
        if (extension.find("url")->text == extension::translation)
            out.translations[part_text(extension, "lang")] = part_text(extension, "content");
    return out;
}

Coding read_coding(const Exact& from) {
    Coding out{.system = text_of(from, "system"),
               .code = text_of(from, "code"),
               .display = read_text(from, "display")};
    for (const std::string_view url : {extension::ordinal_value, extension::item_weight})
        if (const Exact* weight = first_extension(from, url))
            out.weight = text_of(*weight, "valueDecimal");
    return out;
}

Value read_value(const Exact& from, std::string_view stem) {
    for (const auto& [name, member] : from.members) {
        const ValueKind kind = kind_of(type_of_choice(name, stem));
        if (kind == ValueKind::none) continue;
        Value out{.kind = kind, .text = member.text};
        if (kind == ValueKind::coding) out.coding = read_coding(member);
        if (kind == ValueKind::quantity)
            out.quantity = {text_of(member, "value"), text_of(member, "comparator"),
                            text_of(member, "unit"), text_of(member, "system"),
                            text_of(member, "code")};
        if (kind == ValueKind::attachment)
            out.attachment = {text_of(member, "contentType"), text_of(member, "data"),
                              text_of(member, "url"), text_of(member, "size")};
        if (kind == ValueKind::reference) out.text = text_of(member, "reference");
        return out;
    }
    return {};
}

bool equal(const Value& a, const Value& b) {
    const auto number = [](const Value& v) {
        return v.kind == ValueKind::decimal || v.kind == ValueKind::integer;
    };
    if (number(a) && number(b)) return compare_decimals(a.text, b.text) == 0;
    if (a.kind != b.kind) return false;
    switch (a.kind) {
        case ValueKind::coding:
            return a.coding.same_code(b.coding);
        case ValueKind::quantity:
            return same_quantity(a.quantity, b.quantity);
        case ValueKind::date:
            return same_moment("date", a.text, b.text);
        case ValueKind::date_time:
            return same_moment("dateTime", a.text, b.text);
        case ValueKind::time:
            return same_moment("time", a.text, b.text);
        case ValueKind::attachment:
            return a.attachment.data == b.attachment.data && a.attachment.url == b.attachment.url;
        default:
            return a.text == b.text;
    }
}

std::optional<std::strong_ordering> order(const Quantity& a, const Quantity& b) {
    if (a.value.empty() || b.value.empty() || !a.comparator.empty() || !b.comparator.empty())
        return std::nullopt;
    const bool same_unit = a.code.empty() && b.code.empty()
                               ? a.unit == b.unit
                               : a.system == b.system && a.code == b.code;
    if (same_unit) return compare_decimals(a.value, b.value);
    if (a.system != ucum || b.system != ucum) return std::nullopt;
    const auto left = parse_unit(a.code);
    const auto right = parse_unit(b.code);
    if (!left || !right || !left->comparable(*right)) return std::nullopt;
    const double x = std::strtod(a.value.c_str(), nullptr) * left->factor;
    const double y = std::strtod(b.value.c_str(), nullptr) * right->factor;
    // What differs by less than the conversion's own error is the same.
    if (std::abs(x - y) <= 1e-12 * std::max(std::abs(x), std::abs(y)))
        return std::strong_ordering::equal;
    return x < y ? std::strong_ordering::less : std::strong_ordering::greater;
}

std::optional<std::strong_ordering> order(const Value& a, const Value& b) {
    const auto number = [](const Value& v) {
        return v.kind == ValueKind::decimal || v.kind == ValueKind::integer;
    };
    if (number(a) && number(b)) return compare_decimals(a.text, b.text);
    if (a.kind == ValueKind::quantity && b.kind == a.kind) return order(a.quantity, b.quantity);
    if (a.kind == ValueKind::string && b.kind == a.kind) return a.text.compare(b.text) <=> 0;
    const auto day = [](const Value& v) {
        return v.kind == ValueKind::date || v.kind == ValueKind::date_time;
    };
    const bool time = a.kind == ValueKind::time && b.kind == ValueKind::time;
    if (!time && !(day(a) && day(b))) return std::nullopt;
    const auto left = parse_moment(time ? "time" : "dateTime", a.text);
    const auto right = parse_moment(time ? "time" : "dateTime", b.text);
    return left && right ? compare(*left, *right) : std::nullopt;
}

}  // namespace cohort::questionnaire
