// SPDX-License-Identifier: Apache-2.0
#include "cohort/epro/phone_faults.h"

#include "tests/support/test.h"

namespace cohort::epro {

namespace {

questionnaire::Questionnaire form_of(const std::string& items) {
    auto read = questionnaire::read_questionnaire(
        R"({"resourceType":"Questionnaire","status":"draft","item":[)" + items + "]}",
        questionnaire::Format::json);
    REQUIRE(read.ok());
    for (const auto& fault : read->faults) FAIL(fault.place << ": " << fault.message);
    return std::move(*read->form);
}

std::string found_in(const std::string& items) {
    std::string all;
    for (const PublishingFault& one : phone_faults(form_of(items)))
        all += one.place + " " + one.code + "\n";
    return all;
}

std::string expression(const std::string& name, const std::string& text) {
    return R"({"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-)" + name +
           R"(","valueExpression":{"language":"text/fhirpath","expression":")" + text + R"("}})";
}

std::string extended(const std::string& link_id, const std::string& type,
                     const std::string& extensions) {
    return R"({"linkId":")" + link_id + R"(","type":")" + type + R"(","extension":[)" + extensions +
           "]}";
}

std::string unit(const std::string& name, const std::string& code) {
    return R"({"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-)" + name +
           R"(","valueCoding":{"system":"http://unitsofmeasure.org","code":")" + code +
           R"(","display":")" + code + R"("}})";
}

std::string quantity(const std::string& value, const std::string& code) {
    return R"({"value":)" + value + R"(,"system":"http://unitsofmeasure.org","code":")" + code +
           R"("})";
}

std::string limit(const std::string& value, const std::string& code) {
    return R"({"url":"http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-maxQuantity")"
           R"(,"valueQuantity":)" +
           quantity(value, code) + "}";
}

std::string when(const std::string& op, const std::string& answer) {
    return R"(,{"linkId":"why","type":"string","enableWhen":[{"question":"weight","operator":")" +
           op + R"(",)" + answer + "}]}";
}

}  // namespace

TEST_CASE("an enableWhenExpression and a calculatedExpression are named with item and place") {
    const std::string asked = R"({"linkId":"a","type":"boolean"})";
    CHECK(found_in(asked).empty());
    const auto faults = phone_faults(
        form_of(asked + "," + R"({"linkId":"g","type":"group","item":[)" +
                extended("b", "string", expression("enableWhenExpression", "true")) + "," +
                extended("sum", "integer", expression("calculatedExpression", "1 + 1")) + "]}"));
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].code == "phone-enable-expression");
    CHECK(faults[0].place == "/item/1/item/0/extension/0");
    CHECK(faults[0].message.find("the item \"b\": enableWhenExpression") == 0);
    CHECK(faults[1].code == "phone-calculated");
    CHECK(faults[1].place == "/item/1/item/1/extension/0");
    CHECK(faults[1].message.find("the item \"sum\": calculatedExpression") == 0);
}

TEST_CASE("a unit that only the server converts is named, one that nobody converts is not") {
    const std::string kilograms = extended("weight", "quantity", unit("unit", "kg"));
    const std::string answer = R"("answerQuantity":)";
    CHECK(found_in(kilograms + when(">", answer + quantity("100", "kg"))).empty());
    CHECK(found_in(kilograms + when(">", answer + quantity("100000", "g"))) ==
          "/item/1/enableWhen/0 phone-unit\n");
    // Neither the server nor the phone compares kilograms with metres, or converts for "=".
    CHECK(found_in(kilograms + when(">", answer + quantity("100", "m"))).empty());
    CHECK(found_in(kilograms + when("=", answer + quantity("100000", "g"))).empty());
    CHECK(found_in(kilograms + when("exists", R"("answerBoolean":true)")).empty());

    const std::string both = unit("unitOption", "kg") + "," + unit("unitOption", "g");
    CHECK(found_in(extended("weight", "quantity", both)).empty());
    CHECK(found_in(extended("weight", "quantity", both + "," + limit("300", "kg"))) ==
          "/item/0/extension/2 phone-unit\n");
    CHECK(found_in(extended("weight", "quantity", unit("unit", "kg") + "," + limit("300", "kg")))
              .empty());
}

TEST_CASE("what must be answered and is never asked is named, unless the form fills it in") {
    const std::string hidden =
        R"({"url":"http://hl7.org/fhir/StructureDefinition/questionnaire-hidden",)"
        R"("valueBoolean":true})";
    const std::string must = R"(,"type":"string","required":true)";
    CHECK(found_in(R"({"linkId":"a")" + must + R"(,"readOnly":true})") ==
          "/item/0/required phone-never-asked\n");
    CHECK(
        found_in(R"({"linkId":"a")" + must + R"(,"readOnly":true,"initial":[{"valueString":"x"}]})")
            .empty());
    CHECK(found_in(R"({"linkId":"g","type":"group","extension":[)" + hidden +
                   R"(],"item":[{"linkId":"a")" + must + "}]}") ==
          "/item/0/item/0/required phone-never-asked\n");
}

}  // namespace cohort::epro
