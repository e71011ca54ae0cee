// SPDX-License-Identifier: Apache-2.0
// What a JSON value must look like, said once: it checks what comes in, and it is what the API's
// description shows (JSON Schema 2020-12, as OpenAPI 3.1 has it).
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cohort/base/json.h"

namespace cohort::json {

struct Member;

class Schema {
  public:
    static Schema any();
    static Schema text();
    static Schema instant();  ///< RFC 3339; the form is said, not checked here
    static Schema date();     ///< 2026-11-21; likewise
    static Schema id();       ///< a UUID; likewise
    static Schema number();
    static Schema boolean();
    static Schema whole(std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                        std::int64_t max = std::numeric_limits<std::int64_t>::max());
    static Schema one_of(std::vector<std::string> words);
    static Schema list(Schema of);
    static Schema map(Schema of);  ///< an object with any names
    /// An object with these members and no others.
    static Schema object(std::vector<Member> members);
    static Schema either(std::vector<Schema> of);
    /// The same under a name: the description has it once, generated clients have a type of it.
    static Schema named(std::string name, Schema of);
    /// An object's members and some more.
    Schema with(std::vector<Member> more) const;
    Schema or_null() const;

    /// Whether a value is one of these.
    /// Errors: invalid/wrong-type, invalid/missing-field, invalid/unknown-member,
    /// invalid/bad-value; the text says where, and holds no value.
    Result<void> check(const value& from) const;
    Result<void> check(const json::object& from) const;

    /// As JSON Schema; what has a name is put into `components` and referred to.
    value to_json(json::object& components) const;

    /// The bounds of whole().
    std::int64_t min() const;
    std::int64_t max() const;

  private:
    struct Node;
    explicit Schema(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
    static Schema made(Node node);
    Result<void> check_at(const value& from, const std::string& at) const;
    Result<void> check_object(const json::object& from, const std::string& at) const;
    value plain(json::object& components) const;

    std::shared_ptr<const Node> node_;
};

struct Member {
    std::string name;
    Schema schema;
    bool required = true;
};

/// A member that is always there; one that may be left out; one of an input that may be left out
/// or null, which is the same.
Member has(std::string name, Schema schema);
Member may(std::string name, Schema schema);
Member wish(std::string name, const Schema& schema);

}  // namespace cohort::json
