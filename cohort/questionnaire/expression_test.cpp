// SPDX-License-Identifier: Apache-2.0
#include "weft/run.h"

#include "cohort/questionnaire/evaluate.h"
#include "cohort/questionnaire/evaluator.h"
#include "cohort/questionnaire/score.h"
#include "cohort/questionnaire/test_files.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using questionnaire::test::form_of;
using questionnaire::test::response_of;

namespace {

constexpr std::string_view form_text = R"({"resourceType":"Questionnaire","item":[
 {"linkId":"mood","type":"choice","answerOption":[
   {"valueCoding":{"code":"good","display":"Good"},"extension":[{"url":
     "http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":0.1}]},
   {"valueCoding":{"code":"bad","display":"Bad"},"extension":[{"url":
     "http://hl7.org/fhir/StructureDefinition/itemWeight","valueDecimal":0.2}]},
   {"valueCoding":{"code":"other"}}]},
 {"linkId":"g","type":"group","repeats":true,"item":[
   {"linkId":"n","type":"decimal"},{"linkId":"s","type":"string"},{"linkId":"d",
     "type":"date"}]}]})";

constexpr std::string_view response_text = R"({"resourceType":"QuestionnaireResponse",
 "status":"completed","item":[
 {"linkId":"mood","answer":[{"valueCoding":{"code":"good","display":"Good"}},
   {"valueCoding":{"code":"bad","extension":[{"url":
     "http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":99}]}}]},
 {"linkId":"g","item":[{"linkId":"n","answer":[{"valueDecimal":2.50}]},
   {"linkId":"s","answer":[{"valueString":"Ärger"}]}]},
 {"linkId":"g","item":[{"linkId":"n","answer":[{"valueDecimal":4}]},
   {"linkId":"d","answer":[{"valueDate":"2024-05-06"}]}]}]})";

// The values an expression gives, with commas; the error's text after "!".
std::string value(std::string_view text) {
    static const Questionnaire form = form_of(form_text);
    static const Response response = response_of(response_text);
    const auto parsed = Expression::parse(text);
    if (!parsed) return "!" + parsed.error().text;
    const auto found = evaluate(*parsed, {form, response}, focus_on(response));
    if (!found) return "!" + found.error().text;
    std::string out;
    for (const Datum& datum : *found) out += (out.empty() ? "" : ",") + text_of(datum);
    return out;
}

}  // namespace

TEST_CASE("Arithmetic is that of decimals, with the usual precedence") {
    CHECK(value("1 + 2 * 3") == "7");
    CHECK(value("(1 + 2) * 3") == "9");
    CHECK(value("10 - 2 - 3") == "5");
    CHECK(value("0.1 + 0.2") == "0.3");
    CHECK(value("-2 + 3") == "1");
    CHECK(value("7 div 2") == "3");
    CHECK(value("7 mod 2") == "1");
    CHECK(value("7 / 2") == "3.5");
    CHECK(value("1 / 0") == "");
    CHECK(value("1 + {}") == "");
    CHECK(value("(77.3/((163/100).power(2))).round(1)") == "29.1");
    CHECK(value("5.ln().round(4)") == "1.6094");
    CHECK(value("2.5.round() + 2.4.ceiling() + (-2.4).floor() + (-3).abs()") == "6");
}

TEST_CASE("What is not known stays unknown, in FHIRPath's logic of three values") {
    CHECK(value("{} = 1") == "");
    CHECK(value("{} and false") == "false");
    CHECK(value("{} and true") == "");
    CHECK(value("{} or true") == "true");
    CHECK(value("true xor true") == "false");
    CHECK(value("false implies {}") == "true");
    CHECK(value("{}.not()") == "");
    CHECK(value("iif({}, 1, 2)") == "2");
    CHECK(value("{}.exists()") == "false");
    CHECK(value("{}.sum()") == "0");
    CHECK(value("{}.avg()") == "");
}

TEST_CASE("Paths go through items and answers, at any depth") {
    CHECK(value("item.linkId") == "mood,g,g");
    CHECK(value("%resource.item.where(linkId='g').item.where(linkId='n').answer.value") == "2.5,4");
    CHECK(value("%resource.descendants().where(linkId='n').answer.value.sum()") == "6.5");
    CHECK(value("repeat(item).where(linkId='n').answer.value.avg()") == "3.25");
    CHECK(value("item[0].answer.value.code") == "good,bad");
    CHECK(value("item[0].answer.value.display") == "Good");
    CHECK(value("item[7].linkId") == "");
    CHECK(value("item.where(answer.exists()).count()") == "1");
    CHECK(value("item.select(linkId & '!').distinct().join('-')") == "mood!-g!");
    CHECK(value("item.all(linkId.exists())") == "true");
    CHECK(value("item.exists(linkId = 'x')") == "false");
    CHECK(value("repeat(item).where(linkId='d').answer.value < @2024-06-01") == "true");
    CHECK(value("status") == "completed");
}

TEST_CASE("What an answer weighs is the form's word, never the response's") {
    CHECK(value("item.answer.value.ordinal()") == "0.1,0.2");
    CHECK(value("item.answer.value.weight().sum()") == "0.3");
    CHECK(value("item.where(linkId='g').item.answer.value.ordinal().count()") == "0");
}

TEST_CASE("Texts are handled by characters") {
    CHECK(value("repeat(item).where(linkId='s').answer.value.length()") == "5");
    CHECK(value("repeat(item).where(linkId='s').answer.value.substring(0, 2)") == "Är");
    CHECK(value("'abc'.upper() + 'X'.lower()") == "ABCx");
    CHECK(value("'abc'.startsWith('ab') and 'abc'.contains('b') and 'abc'.endsWith('c')") ==
          "true");
    CHECK(value("'12'.toInteger() + '1.5'.toDecimal()") == "13.5");
    CHECK(value("'1.5'.toInteger()") == "");
    CHECK(value("'it\\'s'") == "it's");
    CHECK(value("2 in (1 | 2 | 2)") == "true");
    CHECK(value("(1 | 2 | 2).count()") == "2");
}

TEST_CASE("What is not supported is named, what is broken is refused") {
    CHECK(value("today()") == "!the function \"today\" is not supported");
    CHECK(value("item.extension") == "!the element \"extension\" is not supported");
    CHECK(value("answer.count() = 3 asdf") == "!\"asdf\" is not expected at character 20");
    CHECK(value("\u202egnp") == "!\"\u202e\" is not expected at character 1");  // a whole one
    CHECK(value("1 +") == "!it ends too early");
    CHECK(value("(1") == "!it ends too early");
    CHECK(value("'abc") == "!a string does not end");
    CHECK(value("where()") == "!\"where\" has the wrong number of arguments");
    CHECK(value("%patient") == "!the variable %patient is not defined");
    CHECK(value("item.linkId + 1") == "!one value was needed beside +");
    CHECK(value("'a' * 2") == "!numbers were needed beside *");
}

TEST_CASE("An expression that would run away is stopped") {
    const std::string all = "%resource.descendants()";
    std::string text = all;
    for (int i = 0; i < 12; ++i) text += ".select(" + all + ")";
    CHECK(value(text) == "!too many elements");
}

TEST_CASE("What is nested as deeply as allowed is evaluated on a goroutine's stack") {
    const auto repeated = [](int times, const std::string& open, const std::string& close) {
        std::string out = "1";
        for (int i = 0; i < times; ++i) out = open + out + close;
        return out;
    };
    weft::run([&] {
        CHECK(value(repeated(10, "iif(true, ", ", 2)")) == "1");
        CHECK(value(repeated(13, "iif(true, ", ", 2)")) == "!it is nested too deeply");
        CHECK(value(repeated(23, "", ".first()")) == "1");
        CHECK(value(repeated(25, "", ".first()")) == "!it is nested too deeply");
        CHECK(value(repeated(300, "", " + 1")) == "301");
        CHECK(value(repeated(500, "", " + 1")) == "!it is nested too deeply");
    });
}

TEST_CASE("A library's formulas build on one another, and name what they lack") {
    const auto read = [](std::string_view formulas) {
        return read_formulas(
            json::parse(R"({"name":"L","version":"1","formulas":)" + std::string(formulas) + "}")
                .value()
                .as_object());
    };
    const auto good = read(R"([{"name":"a","expression":"1 + 1"},{"name":"b","expression":"%a * 2"},
        {"name":"none","expression":"item.where(false).linkId"}])");
    REQUIRE(good.ok());
    const auto scores = score(form_of(form_text), response_of(response_text), *good);
    CHECK(scores == std::vector<Score>{{"a", "2"}, {"b", "4"}, {"none", std::nullopt}});
    CHECK(read(R"([{"name":"b","expression":"%a"}])").error().text ==
          "the formula b: %a is no formula before it");
    CHECK(read(R"x([{"name":"b","expression":"today()"}])x").error().code == "expression");
    CHECK(read(R"([{"name":"b"}])").error().code == "missing-field");
}

TEST_CASE("A formula that fails takes those that use it along, and no others") {
    const auto library = read_formulas(json::parse(R"x({"name":"L","version":"1","formulas":[
        {"name":"many","expression":"item"},{"name":"uses","expression":"%many.count()"},
        {"name":"whole","expression":"1 + 1"}]})x")
                                           .value()
                                           .as_object());
    REQUIRE(library.ok());
    CHECK(score(form_of(form_text), response_of(response_text), *library) ==
          std::vector<Score>{{"many", std::nullopt, "it gives several values"},
                             {"uses", std::nullopt, "it uses many, which failed"},
                             {"whole", "2"}});
}
