// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/doc.h"

#include <iterator>
#include <utility>

#include "weft/ensure.h"

namespace cohort::http {

using json::has;
using json::may;
using json::Schema;

std::vector<Query> paging(std::int64_t limit, std::int64_t limit_max, std::vector<Query> more) {
    std::vector<Query> all{
        {.name = "offset",
         .what = "How many to leave out at the beginning",
         .schema = Schema::whole(0, 1'000'000'000),
         .fallback = 0},
        {.name = "limit",
         .what = "How many to answer with",
         .schema = Schema::whole(1, limit_max),
         .fallback = limit},
    };
    std::move(more.begin(), more.end(), std::back_inserter(all));
    return all;
}

const Schema& Content::needed_schema() const {
    ENSURE(schema.has_value(), "JSON is read where the route says no body of JSON");
    return *schema;
}

Content Content::json(json::Schema schema) {
    return {.type = "application/json", .schema = std::move(schema)};
}

Content Content::maybe_json(json::Schema schema) {
    return {.type = "application/json", .schema = std::move(schema), .may_be_empty = true};
}

Content Content::of(std::string media_type) {
    return {.type = std::move(media_type)};
}

Schema problem_schema(std::string name, std::vector<json::Member> more) {
    const Schema one = Schema::named(
        "ProblemError",
        Schema::object({has("pointer", Schema::text()), has("code", Schema::text()),
                        has("message", Schema::text()), may("allowed", Schema::any())}));
    const Schema problem =
        Schema::object({has("type", Schema::text()), has("title", Schema::text()),
                        has("status", Schema::whole(400, 599)), has("detail", Schema::text()),
                        has("code", Schema::text()), may("errors", Schema::list(one)),
                        may("instance", Schema::text()), may("trace", Schema::text())});
    return Schema::named(std::move(name), problem.with(std::move(more)));
}

}  // namespace cohort::http
