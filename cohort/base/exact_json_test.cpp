// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/exact_json.h"

#include "tests/support/test.h"

using namespace cohort;

namespace {

std::string again(std::string_view text) {
    const auto value = json::parse_exact(text);
    return value ? json::to_text(*value) : value.error().code;
}

}  // namespace

TEST_CASE("Numbers come back in the digits they were written with") {
    for (const char* number : {"7.10", "0.010", "1.0", "100", "-0", "1e3", "1E-2", "1.50e+10",
                               "12345678901234567890", "0.1234567890123456789012345678901"})
        CHECK(again(number) == number);
}

TEST_CASE("Members and elements come back in their order, with every character") {
    for (const char* text : {R"({"b":1,"a":[true,false,null,{}],"":{"x":[]}})", R"("")", "null",
                             "\"\xe5\xa6\x82\xe6\x9e\x9c \\u0001\\n\\\"\"", R"([[],[[]]])"})
        CHECK(again(text) == text);
    CHECK(again(" { \"a\" : [ 1 , 2 ] } ") == R"({"a":[1,2]})");
}

TEST_CASE("What the other reader refuses is refused") {
    CHECK(again(R"({"a":1,"a":2})") == "json-duplicate-key");
    CHECK(again("1e400") == "json-number");
    CHECK(again("\"\\u0000\"") == "json-nul");
    CHECK(again("{") == "bad-json");
    CHECK(again("[1] 2") == "bad-json");
    CHECK(again(std::string(40, '[') + std::string(40, ']')) == "json-too-deep");
}

TEST_CASE("A number is the same only in the same digits, an object in any order of members") {
    const auto read = [](std::string_view text) { return json::parse_exact(text).value(); };
    CHECK(read(R"({"a":1.0,"b":2})") == read(R"({"b":2,"a":1.0})"));
    CHECK_FALSE(read("1.0") == read("1.00"));
    CHECK_FALSE(read("\"1\"") == read("1"));
    CHECK_FALSE(read("[1,2]") == read("[2,1]"));
}

TEST_CASE("A member is set in its place, or at the end") {
    auto value = json::parse_exact(R"({"a":1,"b":2})").value();
    value.set("a", json::Exact::string("x"));
    value.set("c", json::Exact::boolean(true));
    value.erase("b");
    CHECK(json::to_text(value) == R"({"a":"x","c":true})");
}
