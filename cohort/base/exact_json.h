// SPDX-License-Identifier: Apache-2.0
// JSON that gives back what it was given: members in their order, numbers in their digits.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cohort/base/json.h"

namespace cohort::json {

/// A JSON value whose numbers keep the text they were written with ("7.10" stays "7.10"), which a
/// double cannot do and FHIR demands.
struct Exact {
    enum class Kind { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    std::string text = {};  ///< of a number or a string; "true" or "false"
    std::vector<Exact> elements = {};
    std::vector<std::pair<std::string, Exact>> members = {};

    static Exact string(std::string_view text);
    static Exact number(std::string_view digits);
    static Exact boolean(bool value);
    static Exact array(std::vector<Exact> elements);
    static Exact object();

    bool is(Kind other) const { return kind == other; }
    /// The member, or null.
    const Exact* find(std::string_view name) const;
    Exact* find(std::string_view name);
    /// Replaces the member, or adds it at the end.
    void set(std::string_view name, Exact value);
    void erase(std::string_view name);

    /// Members in any order; numbers by their text: 1.0 is not 1.00.
    bool operator==(const Exact& other) const;
};

/// Reads one JSON text.
/// Errors: those of json::parse().
Result<Exact> parse_exact(std::string_view text, const Limits& limits = {});

/// Compact text, members in their order.
std::string to_text(const Exact& value);

}  // namespace cohort::json
