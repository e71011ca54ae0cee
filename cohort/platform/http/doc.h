// SPDX-License-Identifier: Apache-2.0
// What a route takes and answers, said where the route is added and nowhere else: it checks what
// comes in, is what /api/v1/openapi.json shows, and is what the tests hold every answer against.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cohort/base/schema.h"
#include "cohort/platform/resilience/priority.h"

namespace cohort::http {

/// A parameter of the query. One that no route says is refused, as a misspelt member of a body is.
struct Query {
    std::string name;
    std::string what;
    json::Schema schema = json::Schema::text();
    std::int64_t fallback = 0;  ///< a whole number where it is not there
};

/// `offset` and `limit` of a list.
std::vector<Query> paging(std::int64_t limit, std::int64_t limit_max, std::vector<Query> more = {});

/// What a body holds.
struct Content {
    std::string type = {};                    ///< the media type; empty: there is none
    std::optional<json::Schema> schema = {};  ///< of JSON
    bool may_be_empty = false;

    /// The schema, where it must be JSON.
    const json::Schema& needed_schema() const;

    static Content json(json::Schema schema);
    static Content maybe_json(json::Schema schema);
    static Content of(std::string media_type);
};

/// An answer that is no problem.
struct Good {
    int status;
    std::string what;
    Content content = {};
};

struct Doc {
    std::string name = {};     ///< of the operation, as clients call it: "readForm"
    std::string summary = {};  ///< one sentence
    std::vector<Query> query = {};
    Content body = {};
    std::vector<Good> good = {};
    std::vector<int> problems = {};            ///< statuses beside those that follow from the rest
    std::optional<json::Schema> problem = {};  ///< where problems have members of their own
    bool takes_key = false;                    ///< reads Idempotency-Key
    bool takes_version = false;                ///< needs If-Match
    std::size_t body_bytes_max = 1024 * 1024;  ///< more → 413 before it is read
    std::chrono::milliseconds deadline{15'000};
    std::optional<resilience::Priority> priority = {};  ///< else: GET is a read, others a write
};

/// A problem+json body, with members of a route's own.
json::Schema problem_schema(std::string name, std::vector<json::Member> more = {});

}  // namespace cohort::http
