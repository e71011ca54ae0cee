// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/request.h"

#include "cohort/platform/http/reply.h"
#include "tests/support/test.h"

namespace cohort::http {

static Request with(const char* name, const char* value) {
    Request request;
    request.headers = {{name, value}};
    return request;
}

static Doc taking(std::vector<json::Member> members) {
    return {.body = Content::json(json::Schema::object(std::move(members)))};
}

TEST_CASE("a body is JSON only when it says so") {
    Request request = with("content-type", "Application/JSON; charset=utf-8");
    request.body = R"({"a":1})";
    const Doc doc = taking({json::has("a", json::Schema::whole())});
    request.doc = &doc;
    CHECK(request.json_object().value().at("a") == 1);
    request.headers = {{"content-type", "application/merge-patch+json"}};
    CHECK(request.json());
    request.headers = {{"content-type", "text/plain"}};
    CHECK(request.json().error().code == "wrong-content-type");
    request.headers.clear();
    CHECK(request.json().error().code == "wrong-content-type");
}

TEST_CASE("broken, deep and wrongly typed JSON are refused by name") {
    Request request = with("content-type", "application/json");
    request.body = "{";
    CHECK(request.json().error().code == "bad-json");
    request.body = std::string(100'000, '[');
    CHECK(request.json().error().code == "json-too-deep");
    request.body = "[]";
    const Doc doc = taking({json::may("enrolled_on", json::Schema::date())});
    request.doc = &doc;
    CHECK(request.json_object().error().code == "wrong-type");
    CHECK(request.json_object().error().text == "the body must be an object");
    request.body = R"({"enroled_on":"2024-05-06"})";
    CHECK(request.json_object().error().code == "unknown-member");
}

TEST_CASE("If-Match takes exactly the tag this server gave") {
    const std::string tag{Reply::empty().etag(7).header("ETag")};
    CHECK(with("if-match", tag.c_str()).if_match().value() == 7);
    CHECK(Request{}.if_match().error().code == "if-match-missing");
    for (const char* other : {"*", "7", "W/\"7\"", "\"7\", \"8\"", "\"\"", "\"-1\"", "\"x\""}) {
        CAPTURE(other);
        CHECK(with("if-match", other).if_match().error().code == "bad-if-match");
    }
}

TEST_CASE("an old version is refused and the current one is taken") {
    CHECK(require_version(with("if-match", "\"7\""), 7));
    CHECK(require_version(with("if-match", "\"6\""), 7).error().code == "stale-version");
}

TEST_CASE("an idempotency key is 1 to 255 visible characters") {
    CHECK(with("idempotency-key", "k-1").idempotency_key().value() == "k-1");
    CHECK_FALSE(Request{}.idempotency_key().value());
    const std::string long_key(256, 'k');
    for (const char* key : {"", "a b", "\xE8\xA1\xA8", long_key.c_str()}) {
        CHECK(with("idempotency-key", key).idempotency_key().error().code == "bad-idempotency-key");
    }
}

TEST_CASE("a cookie is found among others and never by part of its name") {
    const Request request = with("cookie", "xsession=1; session=2;session=3; empty=");
    CHECK(request.cookie("session") == "2");
    CHECK(request.cookie("empty") == "");
    CHECK_FALSE(request.cookie("sess"));
}

TEST_CASE("a number in the query is bounded, and absent it has its default") {
    const Doc doc{.query = paging(50, 200)};
    Request request;
    request.doc = &doc;
    CHECK(request.query_int("limit").value() == 50);
    CHECK(request.query_int("offset").value() == 0);
    for (const char* good : {"1", "20", "200"}) {
        request.query_params = {{"limit", good}};
        CHECK(request.query_int("limit").value() == std::stoi(good));
    }
    for (const char* bad : {"", "0", "201", "2x", "-1", "1e1", "99999999999999999999"}) {
        CAPTURE(bad);
        request.query_params = {{"limit", bad}};
        CHECK(request.query_int("limit").error().code == "bad-query");
    }
}

TEST_CASE("a parameter of the query that the route does not say is refused and not repeated") {
    const Doc doc{.query = {{.name = "item", .what = "An item"}}};
    Request request;
    request.doc = &doc;
    request.query_params = {{"item", "SYS"}};
    CHECK(request.check_query());
    request.query_params.emplace_back("Anna", "1");
    const auto refused = request.check_query();
    CHECK(refused.error().code == "unknown-parameter");
    CHECK(refused.error().text ==
          "The query has a parameter that is not known here; known are item.");
}

TEST_CASE("a malformed id in the path names nothing") {
    Request request;
    request.params = {{"form", "../etc"}};
    const auto id = request.id_param<FormId>("form");
    REQUIRE_FALSE(id);
    CHECK(id.error().kind == ErrorKind::not_found);
}

}  // namespace cohort::http
