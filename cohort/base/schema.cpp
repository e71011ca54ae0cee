// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/schema.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "weft/ensure.h"

namespace cohort::json {

struct Schema::Node {
    enum class Kind { any, text, number, boolean, whole, list, map, object, either, named };
    Kind kind = Kind::any;
    std::string word = {};  // of text its format, of what is named its name
    std::vector<std::string> words = {};
    std::int64_t min = 0;
    std::int64_t max = 0;
    std::vector<Schema> of = {};
    std::vector<Member> members = {};
    bool nullable = false;
};

Schema Schema::made(Node node) {
    return Schema{std::make_shared<const Node>(std::move(node))};
}

Schema Schema::any() {
    return made({.kind = Node::Kind::any});
}
Schema Schema::text() {
    return made({.kind = Node::Kind::text});
}
Schema Schema::instant() {
    return made({.kind = Node::Kind::text, .word = "date-time"});
}
Schema Schema::date() {
    return made({.kind = Node::Kind::text, .word = "date"});
}
Schema Schema::id() {
    return made({.kind = Node::Kind::text, .word = "uuid"});
}
Schema Schema::number() {
    return made({.kind = Node::Kind::number});
}
Schema Schema::boolean() {
    return made({.kind = Node::Kind::boolean});
}
Schema Schema::whole(std::int64_t min, std::int64_t max) {
    return made({.kind = Node::Kind::whole, .min = min, .max = max});
}
Schema Schema::one_of(std::vector<std::string> words) {
    ENSURE(!words.empty(), "a choice has something to choose from");
    return made({.kind = Node::Kind::text, .words = std::move(words)});
}
Schema Schema::list(Schema of) {
    return made({.kind = Node::Kind::list, .of = {std::move(of)}});
}
Schema Schema::map(Schema of) {
    return made({.kind = Node::Kind::map, .of = {std::move(of)}});
}
Schema Schema::object(std::vector<Member> members) {
    return made({.kind = Node::Kind::object, .members = std::move(members)});
}
Schema Schema::either(std::vector<Schema> of) {
    return made({.kind = Node::Kind::either, .of = std::move(of)});
}
Schema Schema::named(std::string name, Schema of) {
    return made({.kind = Node::Kind::named, .word = std::move(name), .of = {std::move(of)}});
}

Schema Schema::with(std::vector<Member> more) const {
    const Node& object = node_->kind == Node::Kind::named ? *node_->of.front().node_ : *node_;
    ENSURE(object.kind == Node::Kind::object, "only an object has members");
    std::vector<Member> members = object.members;
    std::move(more.begin(), more.end(), std::back_inserter(members));
    return Schema::object(std::move(members));
}

Schema Schema::or_null() const {
    Node node = *node_;
    node.nullable = true;
    return made(std::move(node));
}

std::int64_t Schema::min() const {
    return node_->min;
}
std::int64_t Schema::max() const {
    return node_->max;
}

// --- checking -----------------------------------------------------------------------------

namespace {

// `at` is where a value stands: "" for the whole, or "changes[3]".
std::string inside(const std::string& at, const std::string& text) {
    return at.empty() ? text : at + ": " + text;
}

std::string shown(const std::string& at) {
    return at.empty() ? "the body" : "\"" + at + "\"";
}

Error wrong_type(const std::string& at, const char* wanted) {
    return invalid("wrong-type", shown(at) + " must be " + wanted);
}

bool is_whole(const value& from, std::int64_t& number) {
    if (from.is_int64()) number = from.get_int64();
    if (!from.is_double()) return from.is_int64();
    // 9.0 and 9e0 are the same JSON number as 9; 2^63 is the first double that does not fit.
    const double d = from.get_double();
    if (d != std::floor(d) || d < -9223372036854775808.0 || d >= 9223372036854775808.0)
        return false;
    number = static_cast<std::int64_t>(d);
    return true;
}

// What a client made up is repeated to it only where it cannot be anybody's data.
bool is_a_name(std::string_view text) {
    return !text.empty() && text.size() <= 40 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
    });
}

Error unknown_member(const std::string& at, std::string_view name,
                     const std::vector<Member>& members) {
    std::string known;
    for (const Member& one : members) known += (known.empty() ? "\"" : ", \"") + one.name + "\"";
    const std::string which =
        is_a_name(name) ? "\"" + std::string(name) + "\"" : std::string("a member");
    return invalid("unknown-member", inside(at, which + " is not known here; known are " +
                                                    (known.empty() ? "none" : known)));
}

std::string member_at(const std::string& at, const std::string& name) {
    return at.empty() ? name : at + "." + name;
}

}  // namespace

Result<void> Schema::check(const value& from) const {
    return check_at(from, "");
}

Result<void> Schema::check(const json::object& from) const {
    if (node_->kind == Node::Kind::named) return node_->of.front().check(from);
    ENSURE(node_->kind == Node::Kind::object, "an object is held against an object's schema");
    return check_object(from, "");
}

Result<void> Schema::check_object(const json::object& from, const std::string& at) const {
    const std::vector<Member>& members = node_->members;
    for (const auto& entry : from) {
        const std::string_view name(entry.key().data(), entry.key().size());
        if (std::ranges::none_of(members, [&](const Member& one) { return one.name == name; }))
            return unknown_member(at, name, members);
    }
    for (const Member& one : members) {
        const value* found = from.if_contains(one.name);
        const bool absent = found == nullptr || (found->is_null() && !one.schema.node_->nullable);
        if (absent && one.required)
            return invalid("missing-field", inside(at, "\"" + one.name + "\" is missing"));
        if (found != nullptr) TRY(one.schema.check_at(*found, member_at(at, one.name)));
    }
    return {};
}

Result<void> Schema::check_at(const value& from, const std::string& at) const {
    if (from.is_null() && node_->nullable) return {};
    switch (node_->kind) {
        case Node::Kind::any:
            return {};
        case Node::Kind::named:
            return node_->of.front().check_at(from, at);
        case Node::Kind::boolean:
            if (!from.is_bool()) return wrong_type(at, "true or false");
            return {};
        case Node::Kind::number:
            if (!from.is_number()) return wrong_type(at, "a number");
            return {};
        case Node::Kind::whole: {
            std::int64_t number = 0;
            if (!is_whole(from, number)) return wrong_type(at, "an integer");
            if (number < node_->min || number > node_->max)
                return invalid("bad-value", shown(at) + " is outside its bounds");
            return {};
        }
        case Node::Kind::text:
            if (!from.is_string()) return wrong_type(at, "a string");
            if (!node_->words.empty() &&
                std::ranges::find(node_->words, from.get_string().c_str()) == node_->words.end())
                return invalid("bad-value", shown(at) + " is none of the known words");
            return {};
        case Node::Kind::list:
            if (!from.is_array()) return wrong_type(at, "an array");
            for (std::size_t i = 0; i < from.get_array().size(); ++i)
                TRY(node_->of.front().check_at(from.get_array()[i],
                                               at + "[" + std::to_string(i) + "]"));
            return {};
        case Node::Kind::map:
            if (!from.is_object()) return wrong_type(at, "an object");
            for (const auto& entry : from.get_object())
                TRY(node_->of.front().check_at(entry.value(), at + ".*"));
            return {};
        case Node::Kind::object:
            if (!from.is_object()) return wrong_type(at, "an object");
            return check_object(from.get_object(), at);
        case Node::Kind::either:
            if (std::ranges::any_of(node_->of,
                                    [&](const Schema& one) { return one.check_at(from, at).ok(); }))
                return {};
            return wrong_type(at, "of another kind");
    }
    return {};
}

// --- describing ---------------------------------------------------------------------------

namespace {

json::object typed(const char* type) {
    return {{"type", type}};
}

}  // namespace

value Schema::plain(json::object& components) const {
    json::object out;
    switch (node_->kind) {
        case Node::Kind::any:
            break;
        case Node::Kind::boolean:
            return typed("boolean");
        case Node::Kind::number:
            return typed("number");
        case Node::Kind::whole:
            out = typed("integer");
            if (node_->min != std::numeric_limits<std::int64_t>::min()) out["minimum"] = node_->min;
            if (node_->max != std::numeric_limits<std::int64_t>::max()) out["maximum"] = node_->max;
            break;
        case Node::Kind::text:
            out = typed("string");
            if (!node_->word.empty()) out["format"] = node_->word;
            if (!node_->words.empty()) {
                json::array words;
                for (const std::string& word : node_->words) words.emplace_back(word);
                out["enum"] = std::move(words);
            }
            break;
        case Node::Kind::list:
            out = typed("array");
            out["items"] = node_->of.front().to_json(components);
            break;
        case Node::Kind::map:
            out = typed("object");
            out["additionalProperties"] = node_->of.front().to_json(components);
            break;
        case Node::Kind::either: {
            json::array all;
            for (const Schema& one : node_->of) all.push_back(one.to_json(components));
            out["anyOf"] = std::move(all);
            break;
        }
        case Node::Kind::object: {
            out = typed("object");
            json::object properties;
            json::array required;
            for (const Member& one : node_->members) {
                properties[one.name] = one.schema.to_json(components);
                if (one.required) required.emplace_back(one.name);
            }
            out["properties"] = std::move(properties);
            if (!required.empty()) out["required"] = std::move(required);
            out["additionalProperties"] = false;
            break;
        }
        case Node::Kind::named:
            if (!components.if_contains(node_->word)) {
                components[node_->word] = nullptr;  // its place, in the order of first use
                value made = node_->of.front().to_json(components);
                components[node_->word] = std::move(made);
            }
            out["$ref"] = "#/components/schemas/" + node_->word;
            break;
    }
    return out;
}

value Schema::to_json(json::object& components) const {
    value out = plain(components);
    if (!node_->nullable || node_->kind == Node::Kind::any) return out;
    return json::object{{"anyOf", json::array{std::move(out), json::object{{"type", "null"}}}}};
}

Member has(std::string name, Schema schema) {
    return {std::move(name), std::move(schema), true};
}
Member may(std::string name, Schema schema) {
    return {std::move(name), std::move(schema), false};
}
Member wish(std::string name, const Schema& schema) {
    return {std::move(name), schema.or_null(), false};
}

}  // namespace cohort::json
