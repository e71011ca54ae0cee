// SPDX-License-Identifier: Apache-2.0
#include "cohort/report/answers.h"

#include "tests/support/test.h"

namespace cohort::report {

namespace {

constexpr const char* form_text = R"({
  "resourceType": "Questionnaire", "status": "active", "language": "en",
  "item": [
    {"linkId": "mood", "type": "group", "text": "Mood",
     "_text": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation",
       "extension": [{"url": "lang", "valueCode": "zh-CN"},
                     {"url": "content", "valueString": "情绪"}]}]},
     "item": [
       {"linkId": "low", "type": "choice", "prefix": "1.", "text": "Feeling low?",
        "answerOption": [
          {"valueCoding": {"system": "s", "code": "0", "display": "not at all",
            "_display": {"extension": [{
              "url": "http://hl7.org/fhir/StructureDefinition/translation",
              "extension": [{"url": "lang", "valueCode": "zh-CN"},
                            {"url": "content", "valueString": "完全不会"}]}]}}},
          {"valueCoding": {"system": "s", "code": "1", "display": "nearly every day"}}]},
       {"linkId": "why", "type": "string", "text": "Why?",
        "enableWhen": [{"question": "low", "operator": "=",
                        "answerCoding": {"system": "s", "code": "1"}}]}]},
    {"linkId": "note", "type": "display", "text": "Nearly done."},
    {"linkId": "fever", "type": "boolean", "text": "Fever?"},
    {"linkId": "weight", "type": "quantity", "text": "Weight"},
    {"linkId": "drugs", "type": "string", "repeats": true, "text": "Drugs"}
  ]})";

std::string shown(const std::string& items, const Wording& wording = {.texts = "en"}) {
    const auto form = questionnaire::read_questionnaire(form_text, questionnaire::Format::json);
    REQUIRE(form.value().form);
    const auto response = questionnaire::read_response(
        R"({"resourceType": "QuestionnaireResponse", "status": "completed")" +
            (items.empty() ? "" : R"(, "item": [)" + items + "]") + "}",
        questionnaire::Format::json);
    REQUIRE(response.value().response);
    std::string text;
    for (const Line& line : lines_of(*form.value().form, *response.value().response, wording))
        text += std::string(static_cast<std::size_t>(line.depth), '>') +
                (line.kind == Line::Kind::heading ? "# " : "") + line.question + "|" + line.answer +
                (line.flagged ? "!" : "") + "\n";
    return text;
}

constexpr const char* low_not_at_all =
    R"({"linkId": "mood", "item": [{"linkId": "low",
        "answer": [{"valueCoding": {"system": "s", "code": "0"}}]}]})";
constexpr const char* low_every_day =
    R"({"linkId": "mood", "item": [{"linkId": "low",
        "answer": [{"valueCoding": {"system": "s", "code": "1", "display": "made up"}}]}]})";

}  // namespace

TEST_CASE("a report lists what was asked in the form's order, groups as headings, codes in words") {
    CHECK(shown(std::string(low_not_at_all) +
                R"(,{"linkId": "fever", "answer": [{"valueBoolean": false}]},
                    {"linkId": "weight",
                     "answer": [{"valueQuantity": {"value": 61.50, "unit": "kg"}}]},
                    {"linkId": "drugs",
                     "answer": [{"valueString": "A"}, {"valueString": "B"}]})") ==
          "# Mood|\n"
          ">1. Feeling low?|not at all\n"
          "Fever?|no\n"
          "Weight|61.50 kg\n"
          "Drugs|A; B\n");
}

TEST_CASE("a question that the answers left out is not listed, one that was asked in vain is") {
    CHECK(shown(low_every_day) ==
          "# Mood|\n>1. Feeling low?|nearly every day\n>Why?|\nFever?|\nWeight|\nDrugs|\n");
}

TEST_CASE("a form that was not touched shows all that it asks") {
    CHECK(shown("") == "# Mood|\n>1. Feeling low?|\nFever?|\nWeight|\nDrugs|\n");
}

TEST_CASE("texts are in the wanted language where the form has it, else in its own") {
    CHECK(shown(std::string(low_not_at_all) +
                    R"(,{"linkId": "fever", "answer": [{"valueBoolean": true}]})",
                {.language = Language::chinese, .texts = "zh-CN"}) ==
          "# 情绪|\n>1. Feeling low?|完全不会\nFever?|是\nWeight|\nDrugs|\n");
}

TEST_CASE("an answer that somebody should look at is flagged, a missing one is not") {
    const Wording wording{.texts = "en", .flagged = {"low", "why"}};
    CHECK(shown(low_every_day, wording) ==
          "# Mood|\n>1. Feeling low?|nearly every day!\n>Why?|\nFever?|\nWeight|\nDrugs|\n");
}

}  // namespace cohort::report
