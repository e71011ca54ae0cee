// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "weft/ensure.h"

#include "cohort/base/id.h"
#include "cohort/base/time.h"

namespace cohort::db {

/// Bytes that are not text.
struct Blob {
    std::string bytes;

    friend bool operator==(const Blob&, const Blob&) = default;
};

/// One cell, or one parameter of a statement; monostate is NULL.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

/// The parameters of a statement whose number is known only when it runs.
using Values = std::vector<Value>;

/// What a C++ value is in the store: integers and bool are BIGINT, Instant is BIGINT milliseconds,
/// ids and dates are TEXT, an absent optional is NULL, an empty Id is NULL.
template <std::integral T>
Value to_value(T number) {
    return static_cast<std::int64_t>(number);
}
inline Value to_value(double number) {
    return number;
}
inline Value to_value(std::string text) {
    return Value(std::move(text));
}
inline Value to_value(std::string_view text) {
    return Value(std::string(text));
}
inline Value to_value(const char* text) {
    return Value(std::string(text));
}
inline Value to_value(Blob blob) {
    return Value(std::move(blob));
}
inline Value to_value(std::nullptr_t) {
    return {};
}
inline Value to_value(std::nullopt_t) {
    return {};
}
inline Value to_value(Instant at) {
    return at.ms;
}
inline Value to_value(const CivilDate& date) {
    return Value(to_string(date));
}
inline Value to_value(Value value) {
    return value;
}
template <class Tag>
Value to_value(const Id<Tag>& id) {
    return id.empty() ? Value() : Value(id.text);
}
template <class T>
Value to_value(const std::optional<T>& some) {
    return some ? to_value(*some) : Value();
}

/// Reads a cell as T. The wrong type is a breach: a column's type is decided by our own SQL, never
/// by a user.
template <class T>
struct FromValue;

/// One row of an answer.
class Row {
  public:
    Row() = default;
    explicit Row(std::vector<Value> cells) : cells_(std::move(cells)) {}

    /// The cell of a column, counted from 0.
    /// Shape: std::int64_t, int, double, bool, std::string, Blob, Id<>, Instant, CivilDate,
    /// or std::optional of one of them for a column that may be NULL.
    template <class T>
    T get(int column) const {
        ENSURE(column >= 0 && static_cast<std::size_t>(column) < cells_.size(), "no such column");
        return FromValue<T>::read(cells_[static_cast<std::size_t>(column)]);
    }

    std::size_t size() const noexcept { return cells_.size(); }
    const std::vector<Value>& cells() const noexcept { return cells_; }

  private:
    std::vector<Value> cells_;
};

using Rows = std::vector<Row>;

// --- reading cells --------------------------------------------------------------------------

namespace detail {
template <class T>
const T& cell(const Value& value) {
    const T* found = std::get_if<T>(&value);
    ENSURE(found != nullptr, "a column holds another type than it is read as (NULL?)");
    return *found;
}
}  // namespace detail

template <std::integral T>
struct FromValue<T> {
    static T read(const Value& value) {
        const std::int64_t number = detail::cell<std::int64_t>(value);
        ENSURE(std::in_range<T>(number), "a number does not fit the type it is read as");
        return static_cast<T>(number);
    }
};
template <>
struct FromValue<bool> {
    static bool read(const Value& value) { return detail::cell<std::int64_t>(value) != 0; }
};
template <>
struct FromValue<double> {
    static double read(const Value& value) {
        if (const auto* number = std::get_if<std::int64_t>(&value))
            return static_cast<double>(*number);
        return detail::cell<double>(value);
    }
};
template <>
struct FromValue<std::string> {
    static std::string read(const Value& value) { return detail::cell<std::string>(value); }
};
template <>
struct FromValue<Blob> {
    static Blob read(const Value& value) { return detail::cell<Blob>(value); }
};
template <>
struct FromValue<Instant> {
    static Instant read(const Value& value) { return Instant{detail::cell<std::int64_t>(value)}; }
};
template <>
struct FromValue<CivilDate> {
    static CivilDate read(const Value& value) {
        return parse_date(detail::cell<std::string>(value)).value();
    }
};
template <class Tag>
struct FromValue<Id<Tag>> {
    static Id<Tag> read(const Value& value) { return Id<Tag>{detail::cell<std::string>(value)}; }
};
template <>
struct FromValue<Value> {
    static Value read(const Value& value) { return value; }
};
template <class T>
struct FromValue<std::optional<T>> {
    static std::optional<T> read(const Value& value) {
        if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
        return FromValue<T>::read(value);
    }
};

}  // namespace cohort::db
