// SPDX-License-Identifier: Apache-2.0
// JSON for every module above: Boost.JSON's values under one name, and readers that answer with a
// Result instead of throwing.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cohort/base/result.h"

namespace cohort::json {

using boost::json::array;
using boost::json::kind;
using boost::json::object;
using boost::json::string;
using boost::json::value;

struct Limits {
    std::size_t depth = 32;                ///< nested arrays and objects
    std::size_t bytes = 16 * 1024 * 1024;  ///< of the text
};

/// Reads one JSON text (RFC 8259, strict UTF-8).
/// Errors: invalid/json-too-large, invalid/json-too-deep, invalid/bad-json with the byte where
/// reading stopped, invalid/json-duplicate-key, invalid/json-nul (a NUL character cannot be
/// stored), invalid/json-number (too large to be one). No text holds the input.
Result<value> parse(std::string_view text, const Limits& limits = {});

/// Whether parse() would read the text, without building a value.
/// Errors: those of parse().
Result<void> check(std::string_view text, const Limits& limits = {});

/// Members of an object by type. `get_` needs the member, `find_` gives nothing when it is absent
/// or null.
/// Errors: invalid/missing-field, invalid/wrong-type; the text names the member.
Result<std::string> get_string(const object& from, std::string_view key);
Result<std::int64_t> get_int(const object& from, std::string_view key);
Result<double> get_double(const object& from, std::string_view key);  ///< integers too
Result<bool> get_bool(const object& from, std::string_view key);
Result<object> get_object(const object& from, std::string_view key);
Result<array> get_array(const object& from, std::string_view key);

Result<std::optional<std::string>> find_string(const object& from, std::string_view key);
Result<std::optional<std::int64_t>> find_int(const object& from, std::string_view key);
Result<std::optional<double>> find_double(const object& from, std::string_view key);
Result<std::optional<bool>> find_bool(const object& from, std::string_view key);
Result<std::optional<object>> find_object(const object& from, std::string_view key);
Result<std::optional<array>> find_array(const object& from, std::string_view key);

/// The value as an object or an array; `what` names it in the error ("the body").
/// Errors: invalid/wrong-type.
Result<object> as_object(const value& from, std::string_view what);
Result<array> as_array(const value& from, std::string_view what);

/// Compact text.
std::string to_text(const value& from);

/// The one text of a value, for digests: members sorted by the bytes of their names, no spaces,
/// shortest numbers (1.0 is "1"), the shortest escapes.
/// Source: RFC 8785 in spirit; it sorts by UTF-16 units, which differs beyond U+FFFF only.
std::string canonical(const value& from);

}  // namespace cohort::json
