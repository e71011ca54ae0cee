// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/target.h"

#include "tests/support/test.h"

namespace cohort::http {

TEST_CASE("a path and its query are taken apart and decoded") {
    const Target target = parse_target("/api/v1/%E8%A1%A8?site=a%20b&q=c+d&empty=&flag").value();
    CHECK(target.path == "/api/v1/\xE8\xA1\xA8");
    CHECK(target.query == Pairs{{"site", "a b"}, {"q", "c d"}, {"empty", ""}, {"flag", ""}});
    CHECK(parse_target("/").value().path == "/");
    CHECK(parse_target("/a+b").value().path == "/a+b");
}

TEST_CASE("a target with scheme and host names the same path") {
    CHECK(parse_target("http://example.org/a?b=c").value().path == "/a");
    CHECK_FALSE(parse_target("http://example.org"));
    CHECK_FALSE(parse_target("ftp://example.org/a"));
}

TEST_CASE("a path whose meaning could be doubted is refused") {
    for (const char* target :
         {"",          "*",      "a",     "/..",  "/a/../b", "/a/.",       "/%2e%2e/etc",
          "/a%2fb",    "/a%5Cb", "/a\\b", "/%",   "/%4",     "/%zz",       "/%00",
          "/%0a",      "/%7f",   "/a#b",  "/%ff", "/%c0%ae", "/%ed%a0%80", "/%f4%90%80%80",
          "/%e0%80%af"}) {
        CAPTURE(target);
        const auto parsed = parse_target(target);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == "bad-path");
    }
}

TEST_CASE("a malformed query is refused as such") {
    CHECK(parse_target("/a?b=%").error().code == "bad-query");
    CHECK(parse_target("/a?b=%ff").error().code == "bad-query");
    CHECK(parse_target("/a?%00=b").error().code == "bad-query");
}

TEST_CASE("what is percent-encoded reads back as it was") {
    const std::string text = "a b/c?d=e&\xE8\xA1\xA8%~";
    CHECK(parse_query("x=" + percent_encode(text)).value() == Pairs{{"x", text}});
}

}  // namespace cohort::http
