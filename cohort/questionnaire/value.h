// SPDX-License-Identifier: Apache-2.0
// What can be answered, as FHIR's data types say it.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/exact_json.h"

namespace cohort::questionnaire {

/// A text in the form's own language and others.
struct Text {
    std::string text = {};
    std::map<std::string, std::string> translations = {};  ///< by language tag

    bool empty() const { return text.empty(); }
    /// In that language, else the form's own.
    const std::string& in(const std::string& language) const;
    /// Whether it is this text in any language.
    bool is(std::string_view other) const;
};

struct Coding {
    std::string system = {};
    std::string code = {};
    Text display = {};
    std::optional<std::string> weight = {};  ///< ordinalValue or itemWeight, as written

    /// The same code of the same system; what is displayed does not count.
    bool same_code(const Coding& other) const {
        return system == other.system && code == other.code;
    }
};

struct Quantity {
    std::string value = {};  ///< as written; empty for none
    std::string comparator = {};
    std::string unit = {};
    std::string system = {};
    std::string code = {};
};

struct Attachment {
    std::string content_type = {};
    std::string data = {};  ///< base64
    std::string url = {};
    std::string size = {};
};

enum class ValueKind {
    none,
    boolean,
    decimal,
    integer,
    date,
    date_time,
    time,
    string,
    uri,
    attachment,
    coding,
    quantity,
    reference,
};

const char* to_string(ValueKind kind);

/// One value[x]. `text` is a primitive as written; a reference's URL.
struct Value {
    ValueKind kind = ValueKind::none;
    std::string text = {};
    Coding coding = {};
    Quantity quantity = {};
    Attachment attachment = {};
};

/// The value among the members that begin with the stem ("value", "answer"); kind `none` when
/// there is none. The tree is one without faults.
Value read_value(const json::Exact& from, std::string_view stem = "value");

/// The words of marked-up text, for a text that is given in markup alone.
std::string words_of(std::string_view xhtml);

Coding read_coding(const json::Exact& from);
/// The text of that name with its translations; the words of its markup where that is all there is.
Text read_text(const json::Exact& from, std::string_view name);

/// The member's text, or empty.
std::string text_of(const json::Exact& from, std::string_view name);

/// Whether two values of the same kind are one; decimals by their number, codings by their code.
bool equal(const Value& a, const Value& b);

/// How two values relate; nothing where it cannot be known (codings, units that do not compare).
std::optional<std::strong_ordering> order(const Value& a, const Value& b);
std::optional<std::strong_ordering> order(const Quantity& a, const Quantity& b);

}  // namespace cohort::questionnaire
