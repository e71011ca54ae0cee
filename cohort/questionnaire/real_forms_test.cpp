// SPDX-License-Identifier: Apache-2.0
// Real FHIR files, read where they lie. With COHORT_QUESTIONNAIRE_TABLES set to
// docs/questionnaires.md the tables there are written anew.
#include <map>

#include "cohort/questionnaire/elements.h"
#include "cohort/questionnaire/test_files.h"
#include "cohort/questionnaire/validate.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using questionnaire::test::real_file;

namespace {

// Two value sets that upstream's validator asks a terminology server for, as far as the cases need
// them: countries by ISO 3166, item types by FHIR.
Supporting known_elsewhere() {
    const auto set = [](const char* text) { return read_value_set(text, Format::json).value(); };
    Supporting out;
    for (ValueSet one : {set(R"({"resourceType":"ValueSet","status":"active",
            "url":"http://hl7.org/fhir/ValueSet/jurisdiction","compose":{"include":[
            {"system":"urn:iso:std:iso:3166","concept":[{"code":"AU","display":"Australia"},
            {"code":"BD","display":"Bangladesh"}]}]}})"),
                         set(R"({"resourceType":"ValueSet","status":"active",
            "url":"http://hl7.org/fhir/ValueSet/item-type","compose":{"include":[
            {"system":"http://hl7.org/fhir/item-type","concept":[
            {"code":"boolean","display":"Boolean"},{"code":"string","display":"String"}]}]}})")})
        out.value_sets[one.url] = one;
    return out;
}

// What we say of a case: how many errors and warnings, and their codes.
struct Verdict {
    int errors = 0;
    int warnings = 0;
    std::string codes;

    void add(bool error, const std::string& code) {
        (error ? errors : warnings) += 1;
        codes += (codes.empty() ? "" : ", ") + code;
    }
};

Verdict judge(const std::string& form_text, const std::string& response_text) {
    Verdict out;
    const auto form = read_questionnaire(form_text, format_of(form_text), known_elsewhere());
    const auto response = read_response(response_text, format_of(response_text));
    REQUIRE(form.ok());
    REQUIRE(response.ok());
    for (const auto& fault : form->faults) out.add(true, "form: " + fault.code);
    for (const auto& fault : response->faults) out.add(true, "response: " + fault.code);
    if (!form->form || !response->response) return out;
    for (const Issue& issue : validate(*form->form, *response->response))
        out.add(issue.severity == Severity::error, issue.code);
    return out;
}

std::string count_of(const json::object& from, const char* what) {
    return std::to_string(from.at(what).as_int64());
}

}  // namespace

TEST_CASE("Every case of questionnaire validation is judged as it is expected") {
    const auto manifest = real_file("fhir-test-cases/questionnaire-validation/manifest.json");
    if (!manifest) {
        MESSAGE("real data: absent");
        return;
    }
    std::string table = "| case | expected: errors, warnings | ours | why |\n|---|---|---|---|\n";
    int right = 0;
    int all = 0;
    const json::value parsed = json::parse(*manifest).value();
    for (const auto& one : parsed.at("test-cases").as_array()) {
        const std::string name(one.at("name").as_string());
        const std::string base =
            "fhir-test-cases/questionnaire-validation/" + name.substr(0, name.size() - 3);
        const auto form = real_file(base + "-q.json");
        const auto response = real_file(base + "-qr.json");
        const json::object& wanted = one.at("dotnet-brianpos").as_object();
        const auto errors = wanted.at("errorCount").as_int64() + wanted.at("fatalCount").as_int64();
        CAPTURE(name);
        REQUIRE(form);
        REQUIRE(response);
        const Verdict ours = judge(*form, *response);
        CHECK((ours.errors > 0) == (errors > 0));
        CHECK(ours.errors == errors);
        CHECK(std::to_string(ours.warnings) == count_of(wanted, "warningCount"));
        right += (ours.errors > 0) == (errors > 0);
        ++all;
        table += "| " + name + " | " + std::to_string(errors) + ", " +
                 count_of(wanted, "warningCount") + " | " + std::to_string(ours.errors) + ", " +
                 std::to_string(ours.warnings) + " | " + ours.codes + " |\n";
    }
    table += "\n" + std::to_string(right) + " of " + std::to_string(all) +
             " verdicts are the expected ones.\n";
    MESSAGE("\n" << table);
    questionnaire::test::keep_table("validation", table);
}

TEST_CASE("Every real form is read and written without loss, or refused by naming what it holds") {
    if (!real_data::folder()) {
        MESSAGE("real data: absent");
        return;
    }
    std::string table = "| form | verdict |\n|---|---|\n";
    std::map<std::string, std::pair<int, int>> counts;
    for (const char* folder : {"android-fhir", "smart-forms", "hl7-sdc", "pro-scoring-cirg",
                               "fhir-test-cases/enable-when", "fhir-test-cases/r4-examples"})
        for (const auto& name : questionnaire::test::real_files(folder)) {
            const auto text = real_file(name);
            REQUIRE(text);
            const auto read = read_questionnaire(*text, format_of(*text), known_elsewhere());
            if (!read && read.error().code == "resource-type") continue;
            CAPTURE(name);
            auto& [kept, refused] = counts[folder];
            std::string verdict = "read";
            if (!read) {
                ++refused;
                verdict = read.error().code + ": " + read.error().text;
            } else if (!read->form) {
                ++refused;
                verdict.clear();
                for (std::size_t i = 0; i < read->faults.size() && i < 2; ++i)
                    verdict +=
                        (i ? "; `" : "`") + read->faults[i].place + "`: " + read->faults[i].message;
                if (read->faults.size() > 2)
                    verdict += "; and " + std::to_string(read->faults.size() - 2) + " more";
            } else {
                ++kept;
                const json::Exact before = read->form->tree;
                const std::string as_json = to_json(*read->form);
                const std::string as_xml = to_xml(before);
                const auto again = read_questionnaire(as_json, Format::json, known_elsewhere());
                const auto from_xml = read_questionnaire(as_xml, Format::xml, known_elsewhere());
                REQUIRE(again.ok());
                REQUIRE(again->form);
                REQUIRE(from_xml.ok());
                CHECK(again->form->tree == before);
                for (const Fault& fault : from_xml->faults) FAIL(fault.place << fault.message);
                CHECK(from_xml->form->tree == before);
            }
            table += "| " + name + " | " + verdict + " |\n";
        }
    for (const auto& [folder, count] : counts)
        table += "\n" + folder + ": " + std::to_string(count.first) + " read, " +
                 std::to_string(count.second) + " refused\n";
    MESSAGE("\n" << table);
    questionnaire::test::keep_table("forms", table);
}

TEST_CASE("The documentation names every extension that is supported") {
    const auto page = real_data::read(real_data::project_folder() / "docs/questionnaires.md");
    REQUIRE(page);
    std::string table = "| extension | effect |\n|---|---|\n";
    for (const ExtensionRule& rule : extension_rules())
        table += "| `" + std::string(rule.url) + "` | " + (rule.kept ? "kept" : "used") + " |\n";
    questionnaire::test::keep_table("extensions", table);
    CHECK_MESSAGE(page->find(table) != std::string::npos,
                  "COHORT_QUESTIONNAIRE_TABLES=docs/questionnaires.md writes it anew");
}
