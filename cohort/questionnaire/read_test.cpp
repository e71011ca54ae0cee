// SPDX-License-Identifier: Apache-2.0
#include "weft/run.h"

#include "cohort/questionnaire/test_files.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using questionnaire::test::faults_of;
using questionnaire::test::form_of;

namespace {

// Every item type, operator and supported extension once, in two languages.
constexpr std::string_view whole_form = R"json({
"resourceType":"Questionnaire","id":"sleep","url":"http://example.org/sleep","version":"2",
"language":"en","status":"draft","title":"Sleep","_title":{"extension":[
 {"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[
  {"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"睡眠"}]}]},
"contained":[{"resourceType":"ValueSet","id":"moods","status":"active","compose":{"include":[
 {"system":"http://example.org/mood","concept":[{"code":"good","display":"Good","designation":[
  {"language":"zh-CN","value":"好"}]},{"code":"bad"}]}]}}],
"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/variable","valueExpression":
 {"name":"naps","language":"text/fhirpath","expression":
     "%resource.item.where(linkId='naps').answer.value"}}],
"code":[{"system":"http://example.org","code":"sleep"}],
"effectivePeriod":{"start":"2024-01-01"},
"item":[
 {"linkId":"intro","type":"display","text":"Last night"},
 {"linkId":"slept","type":"boolean","text":"Did you sleep?","required":true},
 {"linkId":"night","type":"group","repeats":true,"enableWhen":[
   {"question":"slept","operator":"exists","answerBoolean":true},
   {"question":"slept","operator":"=","answerBoolean":true},
   {"question":"slept","operator":"!=","answerBoolean":false}],"enableBehavior":"all",
  "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs",
     "valueInteger":3}],
  "item":[
   {"linkId":"hours","type":"decimal","text":"Hours","extension":[
     {"url":"http://hl7.org/fhir/StructureDefinition/minValue","valueDecimal":0.0},
     {"url":"http://hl7.org/fhir/StructureDefinition/maxValue","valueDecimal":24.00},
     {"url":"http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces","valueInteger":2}]},
   {"linkId":"naps","type":"integer","enableWhen":[
     {"question":"hours","operator":"<","answerDecimal":7.50},
     {"question":"hours","operator":"<=","answerDecimal":7},
     {"question":"hours","operator":">","answerDecimal":1},
     {"question":"hours","operator":">=","answerDecimal":1}],"enableBehavior":"any"},
   {"linkId":"day","type":"date"},{"linkId":"at","type":"dateTime"},{"linkId":"bed","type":
     "time"}]},
 {"linkId":"name","type":"string","maxLength":20,"extension":[
   {"url":"http://hl7.org/fhir/StructureDefinition/minLength","valueInteger":2},
   {"url":"http://hl7.org/fhir/StructureDefinition/regex","valueString":"[A-Z]\\w+"}]},
 {"linkId":"notes","type":"text","readOnly":false,"prefix":"4."},
 {"linkId":"page","type":"url"},
 {"linkId":"mood","type":"choice","answerValueSet":"#moods"},
 {"linkId":"why","type":"open-choice","repeats":true,"answerOption":[
   {"valueCoding":{"code":"noise","display":"Noise","_display":{"extension":[
     {"url":"http://hl7.org/fhir/StructureDefinition/translation","extension":[
      {"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":"噪音"}]}]}},
    "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue",
     "valueDecimal":1.50}]},
   {"valueString":"none","initialSelected":true,"extension":[
    {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
     "valueBoolean":true}]}]},
 {"linkId":"photo","type":"attachment","extension":[
   {"url":"http://hl7.org/fhir/StructureDefinition/maxSize","valueDecimal":1000},
   {"url":"http://hl7.org/fhir/StructureDefinition/mimeType","valueCode":"image/png"}]},
 {"linkId":"weight","type":"quantity","initial":[{"valueQuantity":{"value":70.50,"unit":"kg"}}],
     "extension":[
   {"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption","valueCoding":
     {"system":"http://unitsofmeasure.org","code":"kg"}}]},
 {"linkId":"doctor","type":"reference"}
]})json";

std::string form_with(std::string_view items) {
    return R"({"resourceType":"Questionnaire","status":"draft","item":[)" + std::string(items) +
           "]}";
}

}  // namespace

TEST_CASE("Every item type, operator and limit is read") {
    const Questionnaire form = form_of(whole_form);
    CHECK(form.url == "http://example.org/sleep");
    CHECK(form.title.in("zh-CN") == "睡眠");
    CHECK(form.title.in("de") == "Sleep");
    const Item& hours = *form.find("hours");
    CHECK(hours.type == ItemType::decimal);
    CHECK(hours.max_value.text == "24.00");
    CHECK(hours.max_places == 2);
    CHECK(form.find("night")->max_occurs == 3);
    CHECK_FALSE(form.find("night")->enable_any);
    CHECK(form.find("naps")->enable_when.size() == 4);
    CHECK(form.find("naps")->enable_any);
    CHECK(form.find("why")->options[0].weight == "1.50");
    CHECK(form.find("why")->options[1].exclusive);
    CHECK(form.value_set("#moods")->codings[0].display.in("zh-CN") == "好");
    CHECK(form.find("weight")->initial[0].quantity.value == "70.50");
    CHECK(form.find("nobody") == nullptr);
}

TEST_CASE("A form comes back from JSON and from XML with every element and every digit") {
    const Questionnaire form = form_of(whole_form);
    CHECK(to_json(form).find("7.50") != std::string::npos);
    CHECK(form_of(to_json(form)).tree == form.tree);
    const std::string xml = to_xml(form.tree);
    CHECK(xml.find("value=\"24.00\"") != std::string::npos);
    CHECK(form_of(xml).tree == form.tree);
    CHECK(to_xml(form_of(xml).tree) == xml);
}

TEST_CASE("A long name is quoted up to a whole character") {
    std::string quoted = "\"n";
    for (int i = 0; i < 99; ++i) quoted += "\u00e9";
    const auto read = read_questionnaire(
        form_with(R"({"linkId":"a","type":"string",)" + quoted + "\u00e9\u00e9\":1}"),
        Format::json);
    REQUIRE(read);
    REQUIRE(read->faults.size() == 1);
    CHECK(read->faults[0].message.find(quoted + '"') != std::string::npos);
}

TEST_CASE("An element that is not supported is named with its place") {
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"string","colour":"red"})")) ==
          "/item/0/colour unsupported-element\n");
    CHECK(faults_of(
              R"({"resourceType":"Questionnaire","status":"draft","implicitRules":"http://x"})") ==
          "/implicitRules unsupported-element\n");
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"string","modifierExtension":[]})")) ==
          "/item/0/modifierExtension unsupported-element\n");
    CHECK(faults_of(form_with(
              R"({"linkId":"a","type":"string","extension":[{"url":"http://x/y","valueString":
     "z"}]})")) == "/item/0/extension/0 unsupported-extension\n");
    CHECK(faults_of(R"(<Questionnaire xmlns="http://hl7.org/fhir"><status value="draft"/>
        <item><linkId value="a"/><type value="string"/><shape value="round"/></item>
        </Questionnaire>)") == "/item/0/shape unsupported-element\n");
}

TEST_CASE("An extension in a place where it means nothing is refused") {
    CHECK(faults_of(R"({"resourceType":"Questionnaire","status":"draft","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/minLength","valueInteger":2}]})") ==
          "/extension/0 unsupported-extension\n");
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"string","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/minLength","valueString":"2"}]})")) ==
          "/item/0/extension/0/valueString unsupported-element\n");
    CHECK(faults_of(
              form_with(R"({"linkId":"a","type":"string","text":"A","_text":{"extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/translation","extension":[
        {"url":"lang","valueCode":"de"}]}]}})")) == "/item/0/_text/extension/0 missing-element\n");
}

TEST_CASE("Every wrong type and missing element is named, all at once") {
    CHECK(faults_of(form_with(
              R"({"linkId":7,"type":"string","required":"yes","maxLength":2.5},{"type":
     "date"},3)")) ==
          "/item/0/linkId wrong-type\n/item/0/required wrong-type\n/item/0/maxLength wrong-type\n"
          "/item/1 missing-element\n/item/2 wrong-type\n");
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"choice","answerOption":
        [{"valueInteger":1,"valueString":"x"}],"code":[]})")) ==
          "/item/0/answerOption/0 too-many-values\n/item/0/code wrong-type\n");
}

TEST_CASE("A form that breaks a rule of FHIR is refused by the rule") {
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"question"})")) ==
          "/item/0/type unsupported-item-type\n");
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"string"},{"linkId":"a","type":"date"})")) ==
          "/item/1/linkId duplicate-link-id\n");
    CHECK(faults_of(form_with(
              R"({"linkId":"a","type":"display","item":[{"linkId":"b","type":"date"}]})")) ==
          "/item/0 display-with-items\n");
    CHECK(faults_of(form_with(R"({"linkId":"a","type":"choice","answerValueSet":"http://x/y"})")) ==
          "/item/0/answerValueSet unknown-value-set\n");
    CHECK(faults_of(form_with(R"x({"linkId":"a","type":"string","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/regex","valueString":"(?=x)"}]})x")) ==
          "/item/0/extension/0 unsupported-pattern\n");
}

TEST_CASE("A condition must ask for something, of another item that is there") {
    const auto when = [](std::string_view conditions) {
        return faults_of(form_with(R"({"linkId":"q","type":"boolean"},{"linkId":"a","type":"group",
            "enableWhen":[)" + std::string(conditions) +
                                   R"(],"item":[{"linkId":"in","type":"boolean"}]})"));
    };
    CHECK(when(R"({"question":"q","operator":"=","answerBoolean":true})").empty());
    CHECK(when(R"({"question":"no","operator":"=","answerBoolean":true})") ==
          "/item/1/enableWhen/0/question enable-when-question\n");
    CHECK(when(R"({"question":"in","operator":"=","answerBoolean":true})") ==
          "/item/1/enableWhen/0/question enable-when-inside\n");
    CHECK(when(R"({"question":"a","operator":"=","answerBoolean":true})") ==
          "/item/1/enableWhen/0/question enable-when-inside\n");
    CHECK(when(R"({"question":"q","operator":"exists","answerInteger":1})") ==
          "/item/1/enableWhen/0 enable-when-answer\n");
    CHECK(when(R"({"question":"q","operator":"=","answerBoolean":true},
        {"question":"q","operator":"exists","answerBoolean":true})") ==
          "/item/1 enable-behavior-missing\n");
    CHECK(when(R"({"question":"q","operator":"~","answerBoolean":true})") ==
          "/item/1/enableWhen/0/operator unknown-code\n");
}

TEST_CASE("Items that wait for one another are refused, each circle once and with its way") {
    const auto item = [](const std::string& id, const std::string& question,
                         const std::string& inside = "") {
        return R"({"linkId":")" + id + R"(","type":"group","enableWhen":[{"question":")" +
               question + R"(","operator":"exists","answerBoolean":true}],"item":[)" + inside +
               R"({"linkId":"in-)" + id + R"(","type":"boolean"}]})";
    };
    CHECK(faults_of(form_with(item("a", "in-b") + "," + item("b", "in-c") + "," +
                              R"({"linkId":"in-c","type":"boolean"})"))
              .empty());
    CHECK(faults_of(form_with(item("a", "in-b") + "," + item("b", "in-a"))) ==
          "/item/0/enableWhen enable-when-circle\n");
    const auto circle = read_questionnaire(
        form_with(item("a", "in-c") + "," + item("b", "in-a") + "," + item("c", "in-b")),
        Format::json);
    REQUIRE(circle->faults.size() == 1);
    CHECK(circle->faults[0].message ==
          "items wait for one another: \"a\" waits for \"in-c\" waits for \"c\" waits for "
          "\"in-b\" waits for \"b\" waits for \"in-a\" waits for \"a\"");
    // Two ways to the same question are no circle.
    CHECK(faults_of(form_with(R"({"linkId":"q","type":"boolean"},)" + item("a", "q") + "," +
                              item("b", "q", item("c", "q") + ",")))
              .empty());
    std::string chain = R"({"linkId":"in-0","type":"boolean"})";
    for (int i = 1; i < 3000; ++i)
        chain += "," + item(std::to_string(i), "in-" + std::to_string(i - 1));
    weft::run([&] { CHECK(faults_of(form_with(chain)).empty()); });
}

TEST_CASE("An expression in another language, with unknown functions or variables is refused") {
    const auto calculated = [](std::string_view language, std::string_view text) {
        return faults_of(form_with(
            R"({"linkId":"a","type":"decimal","extension":[{"url":
            "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
            "valueExpression":{"language":")" +
            std::string(language) + R"(","expression":")" + std::string(text) + R"("}}]})"));
    };
    CHECK(calculated("text/fhirpath", "1 + 2").empty());
    CHECK(calculated("text/cql", "Score") ==
          "/item/0/extension/0/valueExpression/language unsupported-expression\n");
    CHECK(calculated("text/fhirpath", "today()") ==
          "/item/0/extension/0/valueExpression/expression unsupported-expression\n");
    CHECK(calculated("text/fhirpath", "%patient") == "/item/0 unsupported-expression\n");
}

TEST_CASE("A narrative is left out and said to be") {
    const auto read = read_questionnaire(
        R"({"resourceType":"Questionnaire","text":{"status":"generated","div":"<div/>"}})",
        Format::json);
    REQUIRE(read.ok());
    REQUIRE(read->form);
    CHECK(read->dropped == std::vector<std::string>{"/text"});
    CHECK(to_json(*read->form) == R"({"resourceType":"Questionnaire"})");
}

TEST_CASE("Another resource is no form, nor is what is no JSON or XML") {
    CHECK(faults_of(R"({"resourceType":"Patient"})") == "resource-type");
    CHECK(faults_of(R"(<Patient xmlns="http://hl7.org/fhir"/>)") == "resource-type");
    CHECK(faults_of(R"(<Questionnaire/>)") == "resource-type");
    CHECK(faults_of("[]") == "resource-type");
    CHECK(faults_of("{") == "bad-json");
    CHECK(faults_of("<a>") == "xml-ill-formed");
}

TEST_CASE("What is nested as deeply as allowed fits a goroutine's stack, and deeper is refused") {
    const auto nested = [](int levels) {
        std::string open;
        std::string close;
        for (int i = 0; i < levels; ++i) {
            open += R"({"linkId":")" + std::to_string(i) + R"(","type":"group","item":[)";
            close += "]}";
        }
        return form_with(open + R"({"linkId":"x","type":"string"})" + close);
    };
    const auto parentheses = [](int levels) {
        const auto count = static_cast<std::size_t>(levels);
        return Expression::parse(std::string(count, '(') + '1' + std::string(count, ')'));
    };
    weft::run([&] {
        CHECK(form_of(to_json(form_of(nested(20)))).find("x") != nullptr);
        CHECK(faults_of(nested(21)).ends_with(" too-deep\n"));
        CHECK(faults_of(nested(100)) == "json-too-deep");
        CHECK(parentheses(11).ok());
        CHECK_FALSE(parentheses(12).ok());
        CHECK(Pattern::compile(std::string(39, '(') + 'a' + std::string(39, ')')));
    });
}
