// SPDX-License-Identifier: Apache-2.0
// Real scoring cases, read where they lie. The formulas here name items and do arithmetic; of the
// instruments themselves nothing stands in this project.
#include "cohort/questionnaire/score.h"
#include "cohort/questionnaire/test_files.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using json::Exact;
using questionnaire::test::form_of;
using questionnaire::test::real_file;
using questionnaire::test::response_of;

namespace {

FormulaLibrary library(std::string_view text) {
    return read_formulas(json::parse(text).value().as_object()).value();
}

std::string formula(const std::string& name, const std::string& expression) {
    return R"({"name":")" + name + R"(","expression":")" + expression + R"("})";
}

// The score of one item, 0 where it is not answered.
std::string of_item(const std::string& link_id) {
    return "%resource.item.where(linkId='" + link_id + "').answer.value.ordinal().sum()";
}

const char* sum_of_all = "%resource.item.answer.value.ordinal().sum()";

FormulaLibrary named_library(const std::string& name, const std::string& formulas) {
    return library(R"({"name":")" + name + R"(","version":"1.0","formulas":[)" + formulas + "]}");
}

// The CQL libraries that the real forms name are not published with them: these take their place.
std::vector<FormulaLibrary> formulas() {
    std::string phq9;
    int number = 0;
    for (const char* item : {"/44250-9", "/44255-8", "/44259-0", "/44254-1", "/44251-7", "/44258-2",
                             "/44252-5", "/44253-3", "/44260-8", "/69722-7"})
        phq9 += formula("Phq9ScoreQuestion" + std::to_string(++number), of_item(item)) + ",";
    phq9 += formula("ScoreFullPhq9",
                    "%resource.item.where(linkId != '/69722-7').answer.value.ordinal().sum()");
    const std::string word = "%resource.item.where(linkId='minicog-question1').answer.value.sum()";
    const std::string clock = "%resource.item.where(linkId='minicog-question2').answer.value.sum()";
    // Shown when everything that is scored is answered.
    const auto with_display = [](const std::string& name, int items) {
        return formula("ScoreFull" + name, sum_of_all) + "," +
               formula("DisplayScoreFull" + name,
                       "%resource.item.answer.value.ordinal().count() = " + std::to_string(items));
    };
    // In five of the fifteen items "no" is the answer that counts.
    const std::string turned =
        "linkId in ('/48512-8' | '/48518-5' | '/48520-1' | '/48526-8' | '/48532-6')";
    const std::string weights = "answer.value.ordinal()";
    const std::string gds =
        formula("turned",
                "%resource.item.where(" + turned + ")." + weights + ".select(1 - $this).sum()") +
        "," +
        formula("ScoreFullGds",
                "%turned + %resource.item.where((" + turned + ").not())." + weights + ".sum()") +
        "," + formula("DisplayScoreFullGds", "%resource.item." + weights + ".count() = 15");
    return {named_library(
                "Phq9LogicLibrary",
                phq9 + "," + formula("DisplayScoreFullPhq9", "%resource.item.answer.count() >= 9")),
            named_library("ADL_IADLLogicLibrary", with_display("ADL_IADL", 11)),
            named_library("BEHAV5LogicLibrary", with_display("Behav5", 6)),
            named_library("ECOG12LogicLibrary", with_display("ECOG12", 12)),
            named_library("GDSLogicLibrary", gds),
            named_library("MinicogLogicLibrary",
                          formula("miniCogScoreQuestion1", word) + "," +
                              formula("miniCogScoreQuestion2", clock) + "," +
                              formula("ScoreFullMiniCog",
                                      "%miniCogScoreQuestion1 + %miniCogScoreQuestion2"))};
}

const FormulaLibrary& library_with(const std::vector<FormulaLibrary>& all,
                                   const std::string& name) {
    for (const FormulaLibrary& one : all)
        for (const NamedExpression& formula : one.formulas)
            if (formula.name == name) return one;
    throw std::runtime_error("no formula " + name);
}

// The cases are a test harness's data, near FHIR but not FHIR. What is put right, and nothing else:
// the item type "choices", a code that is a text, displays and answers of the other JSON type, an
// id with a slash, empty lists.
void repair(Exact& value) {
    for (Exact& element : value.elements) repair(element);
    for (auto& [name, member] : value.members) {
        repair(member);
        if (name == "type" && member.text == "choices") member.text = "choice";
        if (name == "display") member.kind = Exact::Kind::string;
        if (name == "valueDecimal") member.kind = Exact::Kind::number;
        if (name == "id") std::replace(member.text.begin(), member.text.end(), '/', '-');
    }
    std::erase_if(value.members, [&value](const auto& member) {
        const bool form = value.find("resourceType") != nullptr;
        return (form && member.first == "code" && member.second.is(Exact::Kind::string)) ||
               (member.second.is(Exact::Kind::array) && member.second.elements.empty());
    });
}

}  // namespace

TEST_CASE("Every real scoring case gives the score that is expected") {
    const auto files = questionnaire::test::real_files("pro-scoring-cirg/scoring-cases");
    if (files.empty()) {
        MESSAGE("real data: absent");
        return;
    }
    const auto libraries = formulas();
    std::string table = "| case | score | expected | ours |\n|---|---|--:|--:|\n";
    int right = 0;
    for (const std::string& file : files) {
        CAPTURE(file);
        Exact whole = json::parse_exact(*real_file(file)).value();
        repair(whole);
        std::optional<Questionnaire> form;
        std::optional<Response> response;
        for (const Exact& resource : whole.find("data")->elements) {
            const std::string& type = resource.find("resourceType")->text;
            if (type == "Questionnaire") form = form_of(json::to_text(resource));
            if (type == "QuestionnaireResponse") response = response_of(json::to_text(resource));
        }
        REQUIRE(form);
        REQUIRE(response);
        int scored = 0;
        for (const auto& [name, expected] : whole.find("results")->members) {
            if (expected.text == "$should exist") continue;
            const auto scores = score(*form, *response, library_with(libraries, name));
            const auto found = std::find_if(scores.begin(), scores.end(),
                                            [&](const Score& one) { return one.name == name; });
            REQUIRE(found != scores.end());
            CHECK(found->value == expected.text);
            right += found->value == expected.text;
            ++scored;
            table += "| " + file.substr(file.find_last_of('/') + 1) + " | " + name + " | " +
                     expected.text + " | " + found->value.value_or("none") + " |\n";
        }
        CHECK(scored == 1);
    }
    table += "\n" + std::to_string(right) + " of " + std::to_string(files.size()) +
             " scores are the expected ones.\n";
    MESSAGE("\n" << table);
    questionnaire::test::keep_table("scoring", table);
}

TEST_CASE("A real form that names its logic in CQL is read when formulas of that name are given") {
    const std::string folder = "pro-scoring-cirg/1_Questionnaire";
    if (!real_data::folder()) {
        MESSAGE("real data: absent");
        return;
    }
    for (const char* name : {"-BEHAV5", "-GDS", "-PHQ9", "_ECOG12"}) {
        CAPTURE(name);
        const auto text = real_file(folder + name + ".json");
        REQUIRE(text);
        CHECK(questionnaire::test::faults_of(*text).find("unsupported-expression") !=
              std::string::npos);
        const Questionnaire form = form_of(*text, {.formulas = formulas()});
        CHECK(form.tree == json::parse_exact(*text).value());
        const auto empty =
            response_of(R"({"resourceType":"QuestionnaireResponse","status":"in-progress"})");
        const auto scores = calculated(form, empty);
        REQUIRE(scores.size() == 1);
        CHECK(scores[0].value == "0");
    }
}
