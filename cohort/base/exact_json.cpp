// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/exact_json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

namespace cohort::json {
namespace {

namespace bj = boost::json;

// Builds the value from the parser's events: the parser is the one that json::check() has already
// passed over the text, so nothing here can fail.
struct Builder {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    std::vector<Exact> open;        // arrays and objects not yet closed
    std::vector<std::string> keys;  // of the open objects: the member that comes next
    std::string part;
    Exact root;

    bool put(Exact value) {
        if (open.empty()) {
            root = std::move(value);
        } else if (open.back().is(Exact::Kind::array)) {
            open.back().elements.push_back(std::move(value));
        } else {
            open.back().members.emplace_back(std::move(keys.back()), std::move(value));
            keys.pop_back();
        }
        return true;
    }
    bool close() {
        Exact done = std::move(open.back());
        open.pop_back();
        return put(std::move(done));
    }
    bool add(bj::string_view text) {
        part.append(text.data(), text.size());
        return true;
    }
    std::string whole(bj::string_view last) {
        add(last);
        return std::exchange(part, {});
    }

    bool on_document_begin(bj::error_code&) { return true; }
    bool on_document_end(bj::error_code&) { return true; }
    bool on_object_begin(bj::error_code&) {
        open.push_back(Exact::object());
        return true;
    }
    bool on_object_end(std::size_t, bj::error_code&) { return close(); }
    bool on_array_begin(bj::error_code&) {
        open.push_back(Exact::array({}));
        return true;
    }
    bool on_array_end(std::size_t, bj::error_code&) { return close(); }
    bool on_key_part(bj::string_view text, std::size_t, bj::error_code&) { return add(text); }
    bool on_key(bj::string_view text, std::size_t, bj::error_code&) {
        keys.push_back(whole(text));
        return true;
    }
    bool on_string_part(bj::string_view text, std::size_t, bj::error_code&) { return add(text); }
    bool on_string(bj::string_view text, std::size_t, bj::error_code&) {
        return put(Exact::string(whole(text)));
    }
    bool on_number_part(bj::string_view text, bj::error_code&) { return add(text); }
    bool on_int64(std::int64_t, bj::string_view text, bj::error_code&) {
        return put(Exact::number(whole(text)));
    }
    bool on_uint64(std::uint64_t, bj::string_view text, bj::error_code&) {
        return put(Exact::number(whole(text)));
    }
    bool on_double(double, bj::string_view text, bj::error_code&) {
        return put(Exact::number(whole(text)));
    }
    bool on_bool(bool value, bj::error_code&) { return put(Exact::boolean(value)); }
    bool on_null(bj::error_code&) { return put({}); }
    bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
    bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

void write_string(std::string& out, std::string_view text) {
    out += bj::serialize(bj::string_view(text.data(), text.size()));
}

void write(std::string& out, const Exact& value);

void write_members(std::string& out, const Exact& value) {
    out += '{';
    for (const auto& [name, member] : value.members) {
        if (out.back() != '{') out += ',';
        write_string(out, name);
        out += ':';
        write(out, member);
    }
    out += '}';
}

void write_elements(std::string& out, const Exact& value) {
    out += '[';
    for (const Exact& element : value.elements) {
        if (&element != value.elements.data()) out += ',';
        write(out, element);
    }
    out += ']';
}

void write(std::string& out, const Exact& value) {
    switch (value.kind) {
        case Exact::Kind::null:
            out += "null";
            return;
        case Exact::Kind::boolean:
        case Exact::Kind::number:
            out += value.text;
            return;
        case Exact::Kind::string:
            return write_string(out, value.text);
        case Exact::Kind::array:
            return write_elements(out, value);
        case Exact::Kind::object:
            return write_members(out, value);
    }
}

}  // namespace

Exact Exact::string(std::string_view text) {
    return {.kind = Kind::string, .text = std::string(text)};
}
Exact Exact::number(std::string_view digits) {
    return {.kind = Kind::number, .text = std::string(digits)};
}
Exact Exact::boolean(bool value) {
    return {.kind = Kind::boolean, .text = value ? "true" : "false"};
}
Exact Exact::array(std::vector<Exact> elements) {
    return {.kind = Kind::array, .elements = std::move(elements)};
}
Exact Exact::object() {
    return {.kind = Kind::object};
}

const Exact* Exact::find(std::string_view name) const {
    const auto at = std::find_if(members.begin(), members.end(),
                                 [name](const auto& member) { return member.first == name; });
    return at == members.end() ? nullptr : &at->second;
}

Exact* Exact::find(std::string_view name) {
    return const_cast<Exact*>(std::as_const(*this).find(name));
}

void Exact::set(std::string_view name, Exact value) {
    if (Exact* there = find(name))
        *there = std::move(value);
    else
        members.emplace_back(name, std::move(value));
}

void Exact::erase(std::string_view name) {
    std::erase_if(members, [name](const auto& member) { return member.first == name; });
}

bool Exact::operator==(const Exact& other) const {
    if (kind != other.kind || text != other.text || elements != other.elements) return false;
    return members.size() == other.members.size() &&
           std::all_of(members.begin(), members.end(), [&other](const auto& member) {
               const Exact* there = other.find(member.first);
               return there != nullptr && *there == member.second;
           });
}

Result<Exact> parse_exact(std::string_view text, const Limits& limits) {
    TRY(check(text, limits));
    bj::parse_options options;
    options.max_depth = limits.depth;
    bj::basic_parser<Builder> parser(options);
    bj::error_code error;
    parser.write_some(false, text.data(), text.size(), error);
    if (error) return invalid("bad-json", "not valid JSON");
    return std::move(parser.handler().root);
}

std::string to_text(const Exact& value) {
    std::string out;
    write(out, value);
    return out;
}

}  // namespace cohort::json
