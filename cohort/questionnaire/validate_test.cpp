// SPDX-License-Identifier: Apache-2.0
#include "cohort/questionnaire/validate.h"

#include "cohort/questionnaire/test_files.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using questionnaire::test::form_of;
using questionnaire::test::real_file;
using questionnaire::test::response_of;

namespace {

// "code place" of each issue, a line each; warnings begin with "~".
std::string issues(std::string_view items, std::string_view answers,
                   std::string_view status = "completed") {
    const Questionnaire form =
        form_of(R"({"resourceType":"Questionnaire","url":"http://x/f","item":[)" +
                std::string(items) + "]}");
    const Response response = response_of(
        R"({"resourceType":"QuestionnaireResponse","questionnaire":"http://x/f","status":")" +
        std::string(status) + '"' +
        (answers.empty() ? "" : R"(,"item":[)" + std::string(answers) + "]") + "}");
    std::string out;
    for (const Issue& issue : validate(form, response))
        out += (issue.severity == Severity::warning ? "~" : "") + issue.code + ' ' + issue.place +
               '\n';
    return out;
}

// Whether "then" is asked, the question "q" being answered like this.
bool asked(std::string_view type, std::string_view condition, std::string_view answers) {
    const std::string found =
        issues(R"({"linkId":"q","type":")" + std::string(type) +
                   R"(","repeats":true},{"linkId":"then","type":"string","required":true,
     "enableWhen":[{"question":"q",)" +
                   std::string(condition) + "}]}",
               answers.empty() ? "" : R"({"linkId":"q","answer":[)" + std::string(answers) + "]}");
    REQUIRE((found.empty() || found == "required \n"));
    return !found.empty();
}

}  // namespace

TEST_CASE("exists asks whether there is an answer") {
    CHECK(asked("integer", R"("operator":"exists","answerBoolean":true)", R"({"valueInteger":1})"));
    CHECK_FALSE(asked("integer", R"("operator":"exists","answerBoolean":true)", ""));
    CHECK(asked("integer", R"("operator":"exists","answerBoolean":false)", ""));
    CHECK_FALSE(
        asked("integer", R"("operator":"exists","answerBoolean":false)", R"({"valueInteger":1})"));
}

TEST_CASE("Equality wants one of the answers, inequality wants none and that there is one") {
    const char* is_two = R"("operator":"=","answerInteger":2)";
    const char* not_two = R"("operator":"!=","answerInteger":2)";
    CHECK(asked("integer", is_two, R"({"valueInteger":1},{"valueInteger":2})"));
    CHECK_FALSE(asked("integer", is_two, R"({"valueInteger":1})"));
    CHECK_FALSE(asked("integer", is_two, ""));
    CHECK(asked("integer", not_two, R"({"valueInteger":1})"));
    CHECK_FALSE(asked("integer", not_two, R"({"valueInteger":1},{"valueInteger":2})"));
    CHECK_FALSE(asked("integer", not_two, ""));
    CHECK(asked("decimal", R"("operator":"=","answerDecimal":1.0)", R"({"valueDecimal":1.00})"));
    CHECK_FALSE(asked("choice", R"("operator":"=","answerCoding":{"system":"s","code":"a"})",
                      R"({"valueCoding":{"code":"a"}})"));
    CHECK(asked("choice", R"("operator":"=","answerCoding":{"system":"s","code":"a"})",
                R"({"valueCoding":{"system":"s","code":"a","display":"A"}})"));
}

TEST_CASE("Order is that of numbers, dates, times and quantities") {
    CHECK(asked("integer", R"("operator":">","answerInteger":9)", R"({"valueInteger":10})"));
    CHECK_FALSE(asked("integer", R"("operator":">","answerInteger":10)", R"({"valueInteger":10})"));
    CHECK(asked("integer", R"("operator":">=","answerInteger":10)", R"({"valueInteger":10})"));
    CHECK(asked("decimal", R"("operator":"<","answerDecimal":7.5)", R"({"valueDecimal":7.49})"));
    CHECK(asked("date", R"("operator":"<=","answerDate":"2024-05")", R"({"valueDate":"2024-05"})"));
    CHECK_FALSE(
        asked("date", R"("operator":"<","answerDate":"2024-05")", R"({"valueDate":"2024-05-06"})"));
    CHECK(
        asked("time", R"("operator":">","answerTime":"09:00:00")", R"({"valueTime":"22:30:00"})"));
    CHECK(asked(
        "quantity",
        R"("operator":">","answerQuantity":{"value":1,"system":"http://unitsofmeasure.org",
     "code":"kg"})",
        R"({"valueQuantity":{"value":1500,"system":"http://unitsofmeasure.org","code":"g"}})"));
    CHECK_FALSE(asked(
        "quantity",
        R"("operator":">","answerQuantity":{"value":1,"system":"http://unitsofmeasure.org",
     "code":"kg"})",
        R"({"valueQuantity":{"value":1500,"system":"http://unitsofmeasure.org","code":"m"}})"));
}

TEST_CASE("Each repetition of a group looks at its own answers") {
    const char* form = R"({"linkId":"g","type":"group","repeats":true,"item":[
        {"linkId":"q","type":"boolean"},
        {"linkId":"then","type":"string","enableWhen":[{"question":"q","operator":"=",
     "answerBoolean":true}]}]})";
    const char* yes = R"({"linkId":"g","item":[{"linkId":"q","answer":[{"valueBoolean":true}]},
        {"linkId":"then","answer":[{"valueString":"x"}]}]})";
    const char* no = R"({"linkId":"g","item":[{"linkId":"q","answer":[{"valueBoolean":false}]},
        {"linkId":"then","answer":[{"valueString":"x"}]}]})";
    const char* silent =
        R"({"linkId":"g","item":[{"linkId":"then","answer":[{"valueString":"x"}]}]})";
    const auto together = [](const char* a, const char* b) { return std::string(a) + ',' + b; };
    CHECK(issues(form, together(yes, yes)).empty());
    CHECK(issues(form, together(yes, no)) == "not-enabled /item/1/item/1\n");
    CHECK(issues(form, together(yes, silent)) == "not-enabled /item/1/item/0\n");
}

TEST_CASE("What is asked after an answer looks at that answer") {
    const char* form = R"({"linkId":"q","type":"integer","repeats":true,"item":[
        {"linkId":"why","type":"string","required":true,"enableWhen":[
        {"question":"q","operator":">","answerInteger":5}]}]})";
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueInteger":3},{"valueInteger":7}]})") ==
          "required /item/0/answer/1\n");
    CHECK(
        issues(form, R"({"linkId":"q","answer":[{"valueInteger":7}],"item":[{"linkId":"why"}]})") ==
        "misplaced-item /item/0/item/0\nrequired /item/0/answer/0\n");
}

TEST_CASE("What is missing is a warning while somebody is still answering") {
    const char* form = R"({"linkId":"q","type":"string","required":true})";
    CHECK(issues(form, "") == "required \n");
    CHECK(issues(form, "", "in-progress") == "~required \n");
    CHECK(issues(form, "", "stopped") == "~required \n");
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueInteger":1}]})", "in-progress") ==
          "wrong-type /item/0/answer/0\n");
}

TEST_CASE("A group that is not there is not asked for, one that is there is") {
    const char* form =
        R"({"linkId":"g","type":"group","item":[{"linkId":"q","type":"string","required":true}]})";
    CHECK(issues(form, "").empty());
    CHECK(issues(form, R"({"linkId":"g"})") == "required /item/0\n");
}

TEST_CASE("An option that excludes others stands alone") {
    const char* form =
        R"({"linkId":"q","type":"choice","repeats":true,"answerOption":[{"valueString":"a"},
        {"valueString":"none","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive",
     "valueBoolean":true}]}]})";
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueString":"none"}]})").empty());
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueString":"a"},{"valueString":"none"}]})") ==
          "exclusive-option /item/0/answer/1\n");
}

TEST_CASE("A coded answer may be shown in any of the form's languages, and in no other words") {
    const char* form =
        R"({"linkId":"q","type":"choice","answerOption":[{"valueCoding":{"code":"a","display":
     "Noise",
        "_display":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/translation",
     "extension":[
        {"url":"lang","valueCode":"de"},{"url":"content","valueString":"Lärm"}]}]}}}]})";
    const auto shown = [&](std::string_view display) {
        return issues(form, R"({"linkId":"q","answer":[{"valueCoding":{"code":"a","display":")" +
                                std::string(display) + R"("}}]})");
    };
    CHECK(shown("Noise").empty());
    CHECK(shown("Lärm").empty());
    CHECK(shown("Silence") == "wrong-display /item/0/answer/0\n");
}

TEST_CASE("Digits after the point are counted as they were written") {
    const char* form = R"({"linkId":"q","type":"decimal","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces","valueInteger":1}]})";
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueDecimal":1.5}]})").empty());
    CHECK(issues(form, R"({"linkId":"q","answer":[{"valueDecimal":1.50}]})") ==
          "too-many-places /item/0/answer/0\n");
}

TEST_CASE("A rule over several answers is held, and silent about what is not answered") {
    const char* form = R"({"linkId":"g","type":"group","extension":[{"url":
        "http://hl7.org/fhir/StructureDefinition/questionnaire-constraint","extension":[
        {"url":"key","valueId":"order"},{"url":"severity","valueCode":"error"},
        {"url":"human","valueString":"The end is not before the start"},
        {"url":"expression","valueString":
     "item.where(linkId='from').answer.value <= item.where(linkId='to').answer.value"}]}],
        "item":[{"linkId":"from","type":"date"},{"linkId":"to","type":"date"}]})";
    const auto days = [&](const char* from, const char* to) {
        return issues(
            form,
            std::string(R"({"linkId":"g","item":[{"linkId":"from","answer":[{"valueDate":")") +
                from + R"("}]},{"linkId":"to","answer":[{"valueDate":")" + to + R"("}]}]})");
    };
    CHECK(days("2024-05-06", "2024-05-07").empty());
    CHECK(days("2024-05-08", "2024-05-07") == "constraint /item/0\n");
    CHECK(
        issues(form, R"({"linkId":"g","item":[{"linkId":"from","answer":[{"valueDate":"2024"}]}]})")
            .empty());
}

TEST_CASE("Another form's answers, and answers in another order, are noticed") {
    CHECK(issues(R"({"linkId":"a","type":"date"},{"linkId":"b","type":"date"})",
                 R"({"linkId":"b","answer":[{"valueDate":"2024"}]},{"linkId":"a",
     "answer":[{"valueDate":"2024"}]})") == "~out-of-order /item/0\n");
    const Questionnaire form =
        form_of(R"({"resourceType":"Questionnaire","url":"http://x/f","version":"2"})");
    const auto code = [&](const std::string& canonical) {
        const auto found = validate(
            form, response_of(R"({"resourceType":"QuestionnaireResponse","status":"completed")" +
                              (canonical.empty() ? "" : R"(,"questionnaire":")" + canonical + '"') +
                              "}"));
        return found.empty() ? "" : found[0].code;
    };
    CHECK(code("http://x/f").empty());
    CHECK(code("http://x/f|2").empty());
    CHECK(code("http://x/f|1") == "wrong-questionnaire");
    CHECK(code("http://x/g") == "wrong-questionnaire");
    CHECK(code("") == "questionnaire-missing");
}

TEST_CASE("The cases of enableWhen are judged as HL7 expects them") {
    const std::string folder = "fhir-test-cases/enable-when/";
    const auto form = real_file(folder + "questionnaire-enableWhen-test.xml");
    if (!form) {
        MESSAGE("real data: absent");
        return;
    }
    const auto codes = [&](const char* response) {
        std::string out;
        for (const Issue& issue :
             validate(form_of(*form), response_of(*real_file(folder + response))))
            out += issue.code + ' ' + issue.place;
        return out;
    };
    CHECK(codes("questionnaireResponse-enableWhen-test.xml").empty());
    CHECK(codes("questionnaireResponse-enableWhen-test-fail.xml") == "not-enabled /item/1");
    CHECK(questionnaire::test::faults_of(
              *real_file(folder + "questionnaire-enableWhen-test-invalid.xml")) ==
          "/item/0/enableWhen/0/question enable-when-inside\n");
    CHECK(
        questionnaire::test::faults_of(*real_file(folder + "questionnaire-enableWhen-test3.xml")) ==
        "/item/1/enableWhen/0 missing-element\n");
    const auto old = read_response(
        *real_file(folder + "questionnaireResponse-enableWhen-test3.xml"), Format::xml);
    REQUIRE(old.ok());
    CHECK_FALSE(old->response);
}
