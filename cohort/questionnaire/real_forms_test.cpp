// SPDX-License-Identifier: Apache-2.0
// Real FHIR files, read where they lie. With COHORT_QUESTIONNAIRE_TABLES set to
// docs/questionnaires.md the tables there are written anew.
#include <map>
#include <set>

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

namespace {

// A case of enableWhen, and what HL7's validator said of it; `form` is what a response answers.
struct OutcomeCase {
    const char* file;
    const char* form;
    const char* outcome;
};
constexpr OutcomeCase outcome_cases[] = {
    {"questionnaireResponse-enableWhen-test.xml", "questionnaire-enableWhen-test.xml",
     "R4.questionnaireResponse-enableWhen-test-base.json"},
    {"questionnaireResponse-enableWhen-test-fail.xml", "questionnaire-enableWhen-test.xml",
     "R4.questionnaireResponse-enableWhen-test-fail-base.json"},
    {"questionnaire-enableWhen-test-invalid.xml", nullptr,
     "R4.questionnaire-enableWhen-test-invalid-base.json"},
};

struct OutOfScope {
    const char* file;
    const char* why;
};
constexpr OutOfScope out_of_scope[] = {
    {"enable-when/questionnaire-enableWhen-test3.xml",
     "of STU3 (hasAnswer instead of operator); no outcome for R4 is published"},
    {"enable-when/questionnaireResponse-enableWhen-test3.xml",
     "an answer to the form of STU3; no outcome for R4 is published"},
    {"enable-when/expected/R4.questionnaire-enableWhen-dw-base.json",
     "the outcome of a form that is not among the files"},
    {"r4-examples/bundle-questionnaire.json",
     "no outcome is published; R4 requires linkId, which its items lack"},
    {"r4-examples/questionnaire-example.json",
     "no outcome is published; its value sets are elsewhere"},
};

int errors_in(const std::string& outcome) {
    const json::value parsed = json::parse(outcome).value();
    int errors = 0;
    if (const auto* issues = parsed.as_object().if_contains("issue"))
        for (const auto& issue : issues->as_array()) errors += issue.at("severity") == "error";
    return errors;
}

Verdict judge(const OutcomeCase& one, const std::string& folder) {
    const auto text = real_file(folder + one.file);
    REQUIRE(text);
    if (one.form != nullptr) return judge(real_file(folder + one.form).value(), *text);
    Verdict out;
    const auto form = read_questionnaire(*text, format_of(*text));
    REQUIRE(form.ok());
    for (const auto& fault : form->faults) out.add(true, fault.code);
    return out;
}

std::string type_of(const std::string& text) {
    const auto tree = json::parse_exact(text);
    const json::Exact* type = tree ? tree->find("resourceType") : nullptr;
    return type == nullptr ? "" : type->text;
}

}  // namespace

TEST_CASE(
    "Every file of HL7's cases is judged as HL7 says, or is out of scope for a named reason") {
    const auto files = questionnaire::test::real_files("fhir-test-cases");
    if (files.empty()) {
        MESSAGE("real data: absent");
        return;
    }
    const std::string root = "fhir-test-cases/";
    const std::string folder = root + "enable-when/";
    std::string table = "| file | HL7: errors | ours | why |\n|---|---|---|---|\n";
    std::set<std::string> left;  // what nothing is said of yet
    for (const std::string& file : files) left.insert(file.substr(root.size()));
    const auto manifest = real_file(root + "questionnaire-validation/manifest.json");
    REQUIRE(manifest);
    const auto all_cases = json::parse(*manifest).value();
    std::size_t judged = left.erase("questionnaire-validation/manifest.json");
    for (const auto& one : all_cases.at("test-cases").as_array()) {
        const std::string name(one.at("name").as_string());
        for (const char* part : {"-q.json", "-qr.json"})
            judged +=
                left.erase("questionnaire-validation/" + name.substr(0, name.size() - 3) + part);
    }
    table += "| questionnaire-validation: " + std::to_string(judged) +
             " files | | | the table of cases above |\n";
    for (const OutcomeCase& one : outcome_cases) {
        CAPTURE(one.file);
        const int wanted = errors_in(real_file(folder + "expected/" + one.outcome).value());
        const Verdict ours = judge(one, folder);
        CHECK(ours.errors == wanted);
        table += "| enable-when/" + std::string(one.file) + " | " + std::to_string(wanted) + " | " +
                 std::to_string(ours.errors) + " | " + ours.codes + " |\n";
        judged += left.erase("enable-when/" + std::string(one.file)) +
                  left.erase("enable-when/expected/" + std::string(one.outcome));
        if (one.form != nullptr) judged += left.erase("enable-when/" + std::string(one.form));
    }
    std::size_t outside = 0;
    for (const OutOfScope& one : out_of_scope) {
        outside += left.erase(one.file);
        table += "| " + std::string(one.file) + " | – | out of scope | " + one.why + " |\n";
    }
    std::string others;
    std::size_t of_others = 0;
    for (const std::string& file : left) {
        const std::string type = type_of(real_file(root + file).value());
        CAPTURE(file);
        CHECK_FALSE(type.empty());
        CHECK(type.find("Questionnaire") == std::string::npos);
        others += (others.empty() ? "" : ", ") + type;
        ++of_others;
    }
    table += "| r4-examples: " + std::to_string(of_others) + " files | – | out of scope | no " +
             "questionnaires: " + others + " |\n\n" + std::to_string(files.size()) +
             " files: " + std::to_string(judged) + " judged, as expected; " +
             std::to_string(outside + of_others) + " out of scope.\n";
    CHECK(judged + outside + of_others == files.size());
    MESSAGE("\n" << table);
    questionnaire::test::keep_table("files", table);
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
