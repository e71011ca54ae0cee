// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/json.h"

#include <string>

#include "tests/support/test.h"

namespace cohort::json {

namespace {

std::string code_of(std::string_view text, const Limits& limits = {}) {
    const auto parsed = parse(text, limits);
    return parsed ? "ok" : parsed.error().code;
}

std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
}

}  // namespace

TEST_CASE("broken JSON is refused with the byte where reading stopped and without its content") {
    for (const char* bad : {"", "{", "[1,]", "{\"a\" 1}", "nul", "1 2", "{'a':1}", "\"\\x\"",
                            "\"\xff\"", "[NaN]", "/**/1", "01"}) {
        CAPTURE(bad);
        CHECK(code_of(bad) == "bad-json");
    }
    const auto error = parse("{\"secret\": tru}").error();
    CHECK(error.text.find("byte 1") != std::string::npos);
    CHECK(error.text.find("secret") == std::string::npos);
}

TEST_CASE("size and depth have limits") {
    CHECK(code_of(nested(32)) == "ok");
    CHECK(code_of(nested(33)) == "json-too-deep");
    CHECK(code_of(nested(100'000)) == "json-too-deep");
    CHECK(code_of("[1,2]", {.depth = 32, .bytes = 5}) == "ok");
    CHECK(code_of("[1,2,3]", {.depth = 32, .bytes = 5}) == "json-too-large");
}

TEST_CASE("a repeated member is refused, because one of its values would vanish") {
    CHECK(code_of(R"({"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]})") == "ok");
    CHECK(code_of(R"({"a":1,"a":2})") == "json-duplicate-key");
    CHECK(code_of(R"({"x":{"a":1,"\u0061":2}})") == "json-duplicate-key");
}

TEST_CASE("a NUL character is refused in values and names") {
    CHECK(code_of(R"(["a\u0000b"])") == "json-nul");
    CHECK(code_of(R"({"a\u0000b":1})") == "json-nul");
    CHECK(code_of(R"(["\\u0000"])") == "ok");
}

TEST_CASE("a number that no double can hold is refused, because it could not be written again") {
    CHECK(code_of("[1e308,-1e308,1e-400]") == "ok");
    for (const char* bad : {"[1e400]", "-1e309", R"({"a":12345e9999})"}) {
        CAPTURE(bad);
        CHECK(code_of(bad) == "json-number");
    }
}

TEST_CASE("a member is read as its type or refused by its name") {
    const auto body = parse(R"({"s":"x","i":7,"d":1.5,"w":9.0,"b":true,"o":{},"a":[],"n":null,
                                "big":18446744073709551615})")
                          ->get_object();
    CHECK(get_string(body, "s").value() == "x");
    CHECK(get_int(body, "i").value() == 7);
    CHECK(get_int(body, "w").value() == 9);
    CHECK(get_double(body, "d").value() == 1.5);
    CHECK(get_double(body, "i").value() == 7.0);
    CHECK(get_bool(body, "b").value());
    CHECK(get_object(body, "o").value().empty());
    CHECK(get_array(body, "a").value().empty());
    CHECK(get_int(body, "d").error().code == "wrong-type");
    CHECK(get_int(body, "big").error().code == "wrong-type");
    CHECK(get_string(body, "i").error().text == "\"i\" must be a string");
    CHECK(get_string(body, "none").error().code == "missing-field");
    CHECK(get_string(body, "n").error().code == "missing-field");
    CHECK(find_string(body, "n").value() == std::nullopt);
    CHECK(find_int(body, "none").value() == std::nullopt);
    CHECK(find_bool(body, "s").error().code == "wrong-type");
    CHECK(as_object(parse("[]").value(), "the body").error().code == "wrong-type");
    CHECK(as_array(parse("[]").value(), "the body").ok());
}

TEST_CASE("a value has one canonical text, however it was written") {
    const auto text = [](std::string_view from) { return canonical(parse(from).value()); };
    CHECK(text(R"({ "b" : 1, "a" : [ true , null ] })") == R"({"a":[true,null],"b":1})");
    CHECK(text(R"({"b":{"z":1,"y":2},"a":0})") == R"({"a":0,"b":{"y":2,"z":1}})");
    CHECK(text("[1.0,1e0,1,-0.0,1.5,1e300,0.1]") == "[1,1,1,0,1.5,1e+300,0.1]");
    CHECK(text("[9223372036854775807,18446744073709551615]") ==
          "[9223372036854775807,18446744073709551615]");
    CHECK(text(R"(["\u4e2d\/\n\u0001\"\\"])") == "[\"\xe4\xb8\xad/\\n\\u0001\\\"\\\\\"]");
    CHECK(text(text(R"({"b":[1.50],"a":"\u00e9"})")) == text(R"({"b":[1.50],"a":"\u00e9"})"));
}

}  // namespace cohort::json
