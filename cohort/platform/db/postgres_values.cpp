// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/db/postgres_values.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace cohort::db {

namespace {

// Object identifiers of types. Source: PostgreSQL 15, catalog/pg_type.dat.
constexpr unsigned int oid_bool = 16;
constexpr unsigned int oid_bytea = 17;
constexpr unsigned int oid_int8 = 20;
constexpr unsigned int oid_int2 = 21;
constexpr unsigned int oid_int4 = 23;
constexpr unsigned int oid_text = 25;
constexpr unsigned int oid_float4 = 700;
constexpr unsigned int oid_float8 = 701;
constexpr unsigned int oid_numeric = 1700;

// The end of what begins at `from`: a text, a name or a comment, none of whose `?` is a parameter.
std::size_t end_of_quoted(std::string_view sql, std::size_t from) {
    const char c = sql[from];
    if (c == '\'' || c == '"') {
        const auto end = sql.find(c, from + 1);  // a doubled quote is the next text's beginning
        return end == sql.npos ? sql.size() : end + 1;
    }
    if (sql.substr(from).starts_with("--")) return std::min(sql.find('\n', from), sql.size());
    return from;
}

std::string network_order(std::uint64_t bits) {
    std::string bytes(8, '\0');
    for (int i = 7; i >= 0; --i, bits >>= 8) bytes[static_cast<std::size_t>(i)] = char(bits & 0xff);
    return bytes;
}

template <class T>
std::optional<T> number_of(std::string_view text) {
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Value fraction_cell(std::string_view text) {
    const auto number = number_of<double>(text);  // knows "NaN" and "Infinity" too
    ENSURE(number.has_value(), "a number of the store's server can be read");
    return *number;
}

Value number_cell(std::string_view text) {
    if (const auto whole = number_of<std::int64_t>(text)) return *whole;
    return fraction_cell(text);
}

int hex_digit(char c) {
    return c >= 'a' ? c - 'a' + 10 : c - '0';
}

Value bytes_cell(std::string_view text) {
    ENSURE(text.starts_with("\\x") && text.size() % 2 == 0, "bytes come as hexadecimal digits");
    Blob blob;
    for (std::size_t i = 2; i < text.size(); i += 2)
        blob.bytes += static_cast<char>(hex_digit(text[i]) * 16 + hex_digit(text[i + 1]));
    return blob;
}

}  // namespace

Numbered numbered(std::string_view sql) {
    Numbered out;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t end = end_of_quoted(sql, at);
        if (end > at) {
            out.sql += sql.substr(at, end - at);
            at = end;
            continue;
        }
        if (sql[at] == '?')
            out.sql += "$" + std::to_string(++out.parameters);
        else
            out.sql += sql[at];
        ++at;
    }
    return out;
}

PostgresParameters::PostgresParameters(std::span<const Value> values) {
    numbers_.reserve(values.size());  // what is added must not move
    struct Adder {
        PostgresParameters& to;
        void operator()(std::monostate) const { to.add(0, nullptr, 0); }
        void operator()(std::int64_t v) const { number(oid_int8, static_cast<std::uint64_t>(v)); }
        void operator()(double v) const { number(oid_float8, std::bit_cast<std::uint64_t>(v)); }
        void operator()(const std::string& v) const { to.add(oid_text, v.data(), v.size()); }
        void operator()(const Blob& v) const { to.add(oid_bytea, v.bytes.data(), v.bytes.size()); }
        void number(unsigned int type, std::uint64_t bits) const {
            const auto& bytes = to.numbers_.emplace_back(network_order(bits));
            to.add(type, bytes.data(), bytes.size());
        }
    };
    for (const Value& value : values) std::visit(Adder{*this}, value);
}

void PostgresParameters::add(unsigned int type, const char* bytes, std::size_t size) {
    types_.push_back(type);
    values_.push_back(bytes);
    lengths_.push_back(static_cast<int>(size));
    formats_.push_back(1);
}

std::string PostgresParameters::letters() const {
    std::string out;
    for (const unsigned int type : types_) {
        if (type == 0) out += 'n';  // the server finds the type
        if (type == oid_int8) out += 'i';
        if (type == oid_float8) out += 'd';
        if (type == oid_text) out += 't';
        if (type == oid_bytea) out += 'b';
    }
    return out;
}

Value postgres_cell(unsigned int type, std::string_view text) {
    switch (type) {
        case oid_bool:
            return std::int64_t{text == "t"};
        case oid_int2:
        case oid_int4:
        case oid_int8:
        case oid_numeric:
            return number_cell(text);
        case oid_float4:
        case oid_float8:
            return fraction_cell(text);
        case oid_bytea:
            return bytes_cell(text);
        default:
            return Value(std::string(text));
    }
}

bool may_run_again(std::string_view state) noexcept {
    // serialization_failure, deadlock_detected; feature_not_supported is what a prepared statement
    // answers when its table has changed.
    return state == "40001" || state == "40P01" || state == "0A000";
}

Error error_of_state(std::string_view state, std::string_view message) {
    const auto is = [&](std::string_view prefix) { return state.starts_with(prefix); };
    const std::string named = " (SQLSTATE " + std::string(state) + ")";
    if (may_run_again(state))
        return unavailable("store-busy", "others change the same records at once: try again");
    // A key; or, where two that would make a table if there is none both saw none, that table or
    // the type of its rows: which of the three is found first depends on the moment.
    if (state == "23505" || state == "42P07" || state == "42710")
        return conflict("already-exists", "a record with this key exists already");
    if (state == "23503")
        return conflict("foreign-key", "another record that this one needs is not there");
    if (state == "57014") return {ErrorKind::timeout, "interrupted", "the query was interrupted"};
    if (state == "53100") return unavailable("store-full", "the disk of the store is full");
    if (state == "53300" || state == "55P03")
        return unavailable("store-busy", "the store is busy" + named);
    if (state == "22021" || state == "22P05")
        return invalid("bad-text", "a text holds a character that the store cannot keep");
    if (is("54")) return invalid("too-large", "a value is too large for the store");
    if (is("XX001") || is("XX002"))
        return unavailable("store-unreadable", "the store's files are damaged" + named);
    if (is("08") || is("57P"))
        return unavailable("store-unreachable", "the store's server ended the connection" + named);
    if (is("53") || is("58") || is("XX"))
        return unavailable("store-io", "the store cannot be read or written" + named);
    if (is("23")) return internal("store-sql", "a rule of the store was broken" + named);
    const std::string reason = is("42") ? ": " + std::string(message) : std::string();
    return internal("store-sql", "the store does not understand a statement" + named + reason);
}

}  // namespace cohort::db
