// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/problem.h"

#include "tests/support/test.h"

namespace cohort::http {

TEST_CASE("every kind of failure has its status, and some codes have one of their own") {
    CHECK(status_of(invalid("x", "")) == 400);
    CHECK(status_of(unauthenticated("x", "")) == 401);
    CHECK(status_of(forbidden("x", "")) == 403);
    CHECK(status_of(not_found("x", "")) == 404);
    CHECK(status_of(conflict("x", "")) == 409);
    CHECK(status_of(refused("x", "")) == 422);
    CHECK(status_of(throttled("x", "")) == 429);
    CHECK(status_of(unavailable("x", "")) == 503);
    CHECK(status_of({ErrorKind::timeout, "deadline", ""}) == 504);
    CHECK(status_of(internal("x", "")) == 500);
    CHECK(status_of(conflict("stale-version", "")) == 412);
    CHECK(status_of(conflict("item-changed", "")) == 412);
    CHECK(status_of(conflict("if-match-missing", "")) == 428);
    CHECK(status_of(invalid("body-too-large", "")) == 413);
}

TEST_CASE("a problem is RFC 9457 JSON with its code, its fields and what else belongs to it") {
    const Reply reply = problem(Problem{
        .error = refused("unknown-item", "The form has no such item."),
        .errors = {{"/changes/0/item", "unknown-item", "There is no item 'X'.",
                    json::array{"A", "B"}}},
        .more = {{"conflicts", json::array{}}},
    });
    CHECK(reply.status == 422);
    CHECK(reply.header("Content-Type") == "application/problem+json");
    CHECK(reply.header("Retry-After").empty());
    CHECK(reply.body ==
          R"({"type":"urn:cohort:problem:unknown-item","title":"Unprocessable Content",)"
          R"("status":422,"detail":"The form has no such item.","code":"unknown-item",)"
          R"("errors":[{"pointer":"/changes/0/item","code":"unknown-item",)"
          R"("message":"There is no item 'X'.","allowed":["A","B"]}],"conflicts":[]})");
}

TEST_CASE("who is told to come back is told when") {
    CHECK(problem(unavailable("store-busy", "")).header("Retry-After") == "1");
    CHECK(problem(throttled("locked-out", "")).header("Retry-After") == "1");
    CHECK(problem(Problem{.error = throttled("locked-out", ""),
                          .retry_after = std::chrono::seconds{900}})
              .header("Retry-After") == "900");
}

}  // namespace cohort::http
