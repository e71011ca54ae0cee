// SPDX-License-Identifier: Apache-2.0
// The patients' pages ask what is asked here: both are held to one table of cases.
#include "cohort/questionnaire/enable.h"

#include <fstream>
#include <sstream>

#include "cohort/questionnaire/test_files.h"
#include "cohort/questionnaire/validate.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::questionnaire;
using questionnaire::test::form_of;
using questionnaire::test::response_of;

namespace {

json::Exact cases() {
    const auto path = real_data::project_folder() / "tests/fixtures/enable_when.json";
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.is_open());
    std::ostringstream text;
    text << in.rdbuf();
    return json::parse_exact(text.str()).value();
}

std::vector<std::string> words(const json::Exact& list) {
    std::vector<std::string> out;
    for (const json::Exact& one : list.elements) out.push_back(one.text);
    return out;
}

// The linkIds of the issues of a code.
std::vector<std::string> with(const std::string& code, const std::vector<Issue>& issues) {
    std::vector<std::string> out;
    for (const Issue& issue : issues)
        if (issue.code == code) out.push_back(issue.link_id);
    return out;
}

}  // namespace

TEST_CASE("what is asked is what the table says, to which the patients' pages are held as well") {
    const json::Exact table = cases();
    CHECK(table.elements.size() >= 14);
    for (const json::Exact& one : table.elements) {
        CAPTURE(one.find("name")->text);
        const Questionnaire form =
            form_of(R"({"resourceType":"Questionnaire","url":"http://x/f","item":)" +
                    json::to_text(*one.find("item")) + "}");
        const json::Exact& answered = *one.find("answered");
        const std::string items =
            answered.elements.empty() ? "" : ",\"item\":" + json::to_text(answered);
        const Response response =
            response_of(R"({"resourceType":"QuestionnaireResponse","questionnaire":"http://x/f",)"
                        R"("status":"completed")" +
                        items + "}");
        const auto issues = validate(form, response);
        CHECK(with("required", issues) == words(*one.find("asked")));
        CHECK(with("not-enabled", issues) == words(*one.find("refused")));
    }
}
