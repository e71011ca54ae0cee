// SPDX-License-Identifier: Apache-2.0
#include "cohort/base/schema.h"

#include "tests/support/test.h"

namespace cohort::json {

namespace {

Schema enrolment() {
    return Schema::named("Enrolment",
                         Schema::object({has("site", Schema::text()), wish("key", Schema::text()),
                                         may("visits", Schema::list(Schema::whole(0, 9)))}));
}

std::string outcome(const Schema& schema, std::string_view text) {
    const auto checked = schema.check(parse(text).value());
    return checked ? "taken" : checked.error().code + ": " + checked.error().text;
}

}  // namespace

TEST_CASE("an object is taken with its members and no others, and the error says which and where") {
    CHECK(outcome(enrolment(), R"({"site":"a","key":null,"visits":[0,9.0]})") == "taken");
    CHECK(outcome(enrolment(), R"({"site":"a"})") == "taken");
    CHECK(outcome(enrolment(), "{}") == R"(missing-field: "site" is missing)");
    CHECK(outcome(enrolment(), R"({"site":null})") == R"(missing-field: "site" is missing)");
    CHECK(outcome(enrolment(), R"({"site":"a","kez":1})") ==
          R"(unknown-member: "kez" is not known here; known are "site", "key", "visits")");
    CHECK(outcome(enrolment(), R"({"site":"a","visits":null})") ==
          R"(wrong-type: "visits" must be an array)");
    CHECK(outcome(enrolment(), R"({"site":"a","visits":[1,10]})") ==
          R"(bad-value: "visits[1]" is outside its bounds)");
    CHECK(outcome(enrolment(), "[]") == R"(wrong-type: the body must be an object)");
    const auto list = Schema::object({has("of", Schema::list(enrolment()))});
    CHECK(outcome(list, R"({"of":[{"site":"a"},{}]})") ==
          R"(missing-field: of[1]: "site" is missing)");
}

TEST_CASE("a member that nobody reads is repeated only where it looks like a name") {
    CHECK(outcome(enrolment(), R"({"Anna 1970":1})") ==
          R"(unknown-member: a member is not known here; known are "site", "key", "visits")");
    CHECK(outcome(Schema::object({}), R"({"x":1})") ==
          R"(unknown-member: "x" is not known here; known are none)");
}

TEST_CASE("each kind refuses what the others take") {
    CHECK(outcome(Schema::whole(), "9.5") == R"(wrong-type: the body must be an integer)");
    CHECK(outcome(Schema::whole(), "18446744073709551615") ==
          R"(wrong-type: the body must be an integer)");
    CHECK(outcome(Schema::number(), "18446744073709551615") == "taken");
    CHECK(outcome(Schema::number(), R"("1")") == R"(wrong-type: the body must be a number)");
    CHECK(outcome(Schema::boolean(), "0") == R"(wrong-type: the body must be true or false)");
    CHECK(outcome(Schema::text(), "null") == R"(wrong-type: the body must be a string)");
    CHECK(outcome(Schema::text().or_null(), "null") == "taken");
    CHECK(outcome(Schema::one_of({"hard", "soft"}), R"("soft")") == "taken");
    CHECK(outcome(Schema::one_of({"hard", "soft"}), R"("Soft")") ==
          R"(bad-value: the body is none of the known words)");
    CHECK(outcome(Schema::map(Schema::whole()), R"({"a":1,"b":"1"})") ==
          R"(wrong-type: ".*" must be an integer)");
    CHECK(outcome(Schema::either({Schema::text(), Schema::whole()}), "1") == "taken");
    CHECK(outcome(Schema::either({Schema::text(), Schema::whole()}), "true") ==
          R"(wrong-type: the body must be of another kind)");
}

TEST_CASE("a schema is described as JSON Schema, and what has a name once") {
    object components;
    const auto two = Schema::object({has("a", enrolment()), may("b", enrolment().or_null())});
    CHECK(to_text(two.to_json(components)) ==
          R"({"type":"object","properties":{"a":{"$ref":"#/components/schemas/Enrolment"},)"
          R"("b":{"anyOf":[{"$ref":"#/components/schemas/Enrolment"},{"type":"null"}]}},)"
          R"("required":["a"],"additionalProperties":false})");
    CHECK(to_text(components) ==
          R"({"Enrolment":{"type":"object","properties":{"site":{"type":"string"},)"
          R"("key":{"anyOf":[{"type":"string"},{"type":"null"}]},"visits":{"type":"array",)"
          R"("items":{"type":"integer","minimum":0,"maximum":9}}},"required":["site"],)"
          R"("additionalProperties":false}})");
}

TEST_CASE("an object with more members has all of them") {
    const auto longer = enrolment().with({has("by", Schema::text())});
    CHECK(outcome(longer, R"({"site":"a","by":"b"})") == "taken");
    CHECK(outcome(longer, R"({"site":"a"})") == R"(missing-field: "by" is missing)");
}

}  // namespace cohort::json
