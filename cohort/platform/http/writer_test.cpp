// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/writer.h"

#include <string>

#include "tests/support/test.h"

namespace cohort::http {

TEST_CASE("a reply's head has its length, date, id and the security headers") {
    std::string out;
    REQUIRE(append_head(out, Reply::json(201, json::object{{"a", 1}}),
                        {.request_id = "r-1", .date = Instant{784'111'777'000}}));
    CHECK(out ==
          "HTTP/1.1 201 Created\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "Content-Length: 7\r\n"
          "X-Request-Id: r-1\r\n"
          "X-Content-Type-Options: nosniff\r\n"
          "Referrer-Policy: no-referrer\r\n"
          "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
          "Cache-Control: no-store\r\n"
          "Content-Type: application/json\r\n\r\n");
}

TEST_CASE("a header value with a line break or NUL is refused and nothing is written") {
    for (const std::string value : {"a\r\nSet-Cookie: x=y", "a\nb", "a\rb"}) {
        std::string out;
        const auto written = append_head(out, Reply::empty().set("Location", value), {});
        REQUIRE_FALSE(written);
        CHECK(written.error().code == "bad-header");
        CHECK(out.empty());
    }
    std::string out;
    CHECK_FALSE(append_head(out, Reply::empty().set("Loca tion", "a"), {}));
    CHECK_FALSE(append_head(out, Reply::empty().set("Location", std::string{"a\0b", 3}), {}));
}

TEST_CASE("a page may load only what this server gives") {
    std::string out;
    REQUIRE(append_head(out, Reply::bytes(200, "text/html; charset=utf-8", "x"), {}));
    CHECK(out.find("Content-Security-Policy: default-src 'self'; script-src 'self';") != out.npos);
    CHECK(out.find("frame-ancestors 'none'") != out.npos);
    CHECK(out.find("X-Frame-Options: DENY") != out.npos);
}

TEST_CASE("204, 304 and answers to HEAD have no body, and only HEAD tells its length") {
    const Reply not_modified = Reply::empty(304);
    CHECK_FALSE(has_body(not_modified, {}));
    CHECK_FALSE(has_body(Reply::empty(), {}));
    CHECK_FALSE(has_body(Reply::text(200, "abc"), {.head_only = true}));
    std::string out;
    REQUIRE(append_head(out, Reply::text(200, "abc"), {.head_only = true}));
    CHECK(out.find("Content-Length: 3") != out.npos);
    out.clear();
    REQUIRE(append_head(out, not_modified, {}));
    CHECK(out.find("Content-Length") == out.npos);
}

TEST_CASE("a session cookie is out of reach of scripts and of other sites") {
    Reply reply = Reply::empty();
    reply.add(
        Cookie{.name = "s", .value = "v", .max_age = std::chrono::seconds{0}, .secure = true});
    CHECK(reply.header("set-cookie") ==
          "s=v; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
}

TEST_CASE("setting a header twice leaves the last value") {
    CHECK(Reply::empty().etag(3).set("etag", "\"4\"").headers ==
          std::vector<std::pair<std::string, std::string>>{{"etag", "\"4\""}});
}

}  // namespace cohort::http
