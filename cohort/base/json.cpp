// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <utility>
#include <vector>

namespace cohort::json {

namespace {

namespace bj = boost::json;

// Looks for what Boost's reader accepts and a store of records must not: a repeated member (one of
// the two values would vanish), NUL characters and numbers beyond a double. Runs over the text
// before a value is built.
struct Inspector {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    bool duplicate = false;
    bool nul = false;
    bool endless = false;  // 1e400 would become an infinity, which JSON cannot write
    std::string key;
    std::vector<std::unordered_set<std::string>> members;

    bool text(bj::string_view part) {
        nul = nul || part.find('\0') != bj::string_view::npos;
        return !nul;
    }
    bool on_document_begin(bj::error_code&) { return true; }
    bool on_document_end(bj::error_code&) { return true; }
    bool on_object_begin(bj::error_code&) {
        members.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, bj::error_code&) {
        members.pop_back();
        return true;
    }
    bool on_array_begin(bj::error_code&) { return true; }
    bool on_array_end(std::size_t, bj::error_code&) { return true; }
    bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(bj::string_view part, std::size_t, bj::error_code&) {
        key.append(part.data(), part.size());
        if (!text(key)) return false;
        duplicate = !members.back().insert(std::exchange(key, {})).second;
        return !duplicate;
    }
    bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return text(part); }
    bool on_string(bj::string_view part, std::size_t, bj::error_code&) { return text(part); }
    bool on_number_part(bj::string_view, bj::error_code&) { return true; }
    bool on_int64(std::int64_t, bj::string_view, bj::error_code&) { return true; }
    bool on_uint64(std::uint64_t, bj::string_view, bj::error_code&) { return true; }
    bool on_double(double number, bj::string_view, bj::error_code&) {
        endless = !std::isfinite(number);
        return !endless;
    }
    bool on_bool(bool, bj::error_code&) { return true; }
    bool on_null(bj::error_code&) { return true; }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

bj::parse_options options_of(const Limits& limits) {
    bj::parse_options options;
    options.max_depth = limits.depth;
    return options;
}

Result<void> inspect(std::string_view text, const Limits& limits) {
    bj::basic_parser<Inspector> parser(options_of(limits));
    bj::error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (parser.handler().duplicate)
        return invalid("json-duplicate-key", "an object names the same member twice");
    if (parser.handler().nul)
        return invalid("json-nul", "a text contains a NUL character, which cannot be stored");
    if (parser.handler().endless) return invalid("json-number", "a number is too large");
    if (error == bj::error::too_deep)
        return invalid("json-too-deep",
                       "more than " + std::to_string(limits.depth) + " levels of nesting");
    if (error || used < text.size())
        return invalid("bad-json", "not valid JSON at byte " + std::to_string(used));
    return {};
}

Error missing(std::string_view key) {
    return invalid("missing-field", "\"" + std::string(key) + "\" is missing");
}

Error wrong_type(std::string_view key, const char* wanted) {
    return invalid("wrong-type", "\"" + std::string(key) + "\" must be " + wanted);
}

const value* member(const object& from, std::string_view key) {
    const value* found = from.if_contains(bj::string_view(key.data(), key.size()));
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> string_in(const value& v) {
    if (!v.is_string()) return std::nullopt;
    return std::string(v.get_string().data(), v.get_string().size());
}

std::optional<std::int64_t> int_in(const value& v) {
    if (v.is_int64()) return v.get_int64();
    if (!v.is_double()) return std::nullopt;
    // 9.0 and 9e0 are the same JSON number as 9; 2^63 is the first double that does not fit.
    const double d = v.get_double();
    if (d != std::floor(d) || d < -9223372036854775808.0 || d >= 9223372036854775808.0)
        return std::nullopt;
    return static_cast<std::int64_t>(d);
}

std::optional<double> double_in(const value& v) {
    if (v.is_double()) return v.get_double();
    if (v.is_int64()) return static_cast<double>(v.get_int64());
    if (v.is_uint64()) return static_cast<double>(v.get_uint64());
    return std::nullopt;
}

std::optional<bool> bool_in(const value& v) {
    return v.is_bool() ? std::optional(v.get_bool()) : std::nullopt;
}

std::optional<object> object_in(const value& v) {
    return v.is_object() ? std::optional(v.get_object()) : std::nullopt;
}

std::optional<array> array_in(const value& v) {
    return v.is_array() ? std::optional(v.get_array()) : std::nullopt;
}

template <class T>
Result<std::optional<T>> find(const object& from, std::string_view key,
                              std::optional<T> (*read)(const value&), const char* wanted) {
    const value* found = member(from, key);
    if (found == nullptr) return std::optional<T>();
    std::optional<T> read_value = read(*found);
    if (!read_value) return wrong_type(key, wanted);
    return read_value;
}

template <class T>
Result<T> need(Result<std::optional<T>> found, std::string_view key) {
    std::optional<T> some = TRY(std::move(found));
    if (!some) return missing(key);
    return std::move(*some);
}

constexpr const char* a_string = "a string";
constexpr const char* an_integer = "an integer";
constexpr const char* a_number = "a number";
constexpr const char* a_boolean = "true or false";
constexpr const char* an_object = "an object";
constexpr const char* an_array = "an array";

// --- canonical text -----------------------------------------------------------------------

void write_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\t':
                out += "\\t";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\r':
                out += "\\r";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += "\\u00";
                    out += "0123456789abcdef"[c >> 4];
                    out += "0123456789abcdef"[c & 0x0f];
                } else {
                    out += c;
                }
        }
    }
    out += '"';
}

void write_double(std::string& out, double d) {
    constexpr double exact = 9007199254740992.0;  // 2^53: every integer below is a double
    char text[32];
    const auto end = d == std::floor(d) && std::abs(d) < exact
                         ? std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(d)).ptr
                         : std::to_chars(text, text + sizeof text, d).ptr;
    out.append(text, end);
}

void write(std::string& out, const value& from);

void write_object(std::string& out, const object& from) {
    std::vector<const bj::key_value_pair*> members;
    members.reserve(from.size());
    for (const auto& pair : from) members.push_back(&pair);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        write_string(out, {members[i]->key().data(), members[i]->key().size()});
        out += ':';
        write(out, members[i]->value());
    }
    out += '}';
}

void write_array(std::string& out, const array& from) {
    out += '[';
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (i > 0) out += ',';
        write(out, from[i]);
    }
    out += ']';
}

void write(std::string& out, const value& from) {
    switch (from.kind()) {
        case kind::object:
            return write_object(out, from.get_object());
        case kind::array:
            return write_array(out, from.get_array());
        case kind::string:
            return write_string(out, {from.get_string().data(), from.get_string().size()});
        case kind::double_:
            return write_double(out, from.get_double());
        case kind::int64:
            out += std::to_string(from.get_int64());
            return;
        case kind::uint64:
            out += std::to_string(from.get_uint64());
            return;
        case kind::bool_:
            out += from.get_bool() ? "true" : "false";
            return;
        case kind::null:
            out += "null";
            return;
    }
}

}  // namespace

Result<void> check(std::string_view text, const Limits& limits) {
    if (text.size() > limits.bytes)
        return invalid("json-too-large", "more than " + std::to_string(limits.bytes) + " bytes");
    return inspect(text, limits);
}

Result<value> parse(std::string_view text, const Limits& limits) {
    TRY(check(text, limits));
    bj::error_code error;
    value parsed =
        bj::parse(bj::string_view(text.data(), text.size()), error, {}, options_of(limits));
    if (error) return invalid("bad-json", "not valid JSON");
    return parsed;
}

Result<std::optional<std::string>> find_string(const object& from, std::string_view key) {
    return find(from, key, string_in, a_string);
}
Result<std::optional<std::int64_t>> find_int(const object& from, std::string_view key) {
    return find(from, key, int_in, an_integer);
}
Result<std::optional<double>> find_double(const object& from, std::string_view key) {
    return find(from, key, double_in, a_number);
}
Result<std::optional<bool>> find_bool(const object& from, std::string_view key) {
    return find(from, key, bool_in, a_boolean);
}
Result<std::optional<object>> find_object(const object& from, std::string_view key) {
    return find(from, key, object_in, an_object);
}
Result<std::optional<array>> find_array(const object& from, std::string_view key) {
    return find(from, key, array_in, an_array);
}

Result<std::string> get_string(const object& from, std::string_view key) {
    return need(find_string(from, key), key);
}
Result<std::int64_t> get_int(const object& from, std::string_view key) {
    return need(find_int(from, key), key);
}
Result<double> get_double(const object& from, std::string_view key) {
    return need(find_double(from, key), key);
}
Result<bool> get_bool(const object& from, std::string_view key) {
    return need(find_bool(from, key), key);
}
Result<object> get_object(const object& from, std::string_view key) {
    return need(find_object(from, key), key);
}
Result<array> get_array(const object& from, std::string_view key) {
    return need(find_array(from, key), key);
}

Result<object> as_object(const value& from, std::string_view what) {
    if (!from.is_object()) return invalid("wrong-type", std::string(what) + " must be an object");
    return from.get_object();
}
Result<array> as_array(const value& from, std::string_view what) {
    if (!from.is_array()) return invalid("wrong-type", std::string(what) + " must be an array");
    return from.get_array();
}

std::string to_text(const value& from) {
    return bj::serialize(from);
}

std::string canonical(const value& from) {
    std::string out;
    write(out, from);
    return out;
}

}  // namespace cohort::json
