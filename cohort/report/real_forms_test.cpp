// SPDX-License-Identifier: Apache-2.0
// Real FHIR forms and responses of others, read where they lie: each becomes a report, or says why
// it cannot.
#include <map>

#include "cohort/questionnaire/test_files.h"
#include "cohort/report/answers.h"
#include "tests/support/test.h"

namespace cohort::report {

namespace {

using questionnaire::test::real_file;
using questionnaire::test::real_files;

struct Sorted {
    std::vector<questionnaire::Questionnaire> forms;
    std::vector<questionnaire::Response> responses;
};

// What can be read of all files; the rest belongs to the tests of the reader.
Sorted sorted() {
    Sorted all;
    for (const std::string& name : real_files("")) {
        const std::string text = real_file(name).value();
        const auto format = questionnaire::format_of(text);
        auto form = questionnaire::read_questionnaire(text, format);
        if (form && form->form) all.forms.push_back(*std::move(form->form));
        auto response = questionnaire::read_response(text, format);
        if (response && response->response) all.responses.push_back(*std::move(response->response));
    }
    return all;
}

Report report_of(const questionnaire::Questionnaire& form,
                 const questionnaire::Response& response) {
    return {.study = "ST",
            .subject = "ST-1",
            .questionnaire = form.title.text.empty() ? "Form" : form.title.text,
            .version = form.version,
            .reference = "1",
            .lines = lines_of(form, response, {.texts = form.language})};
}

}  // namespace

TEST_CASE("every real form becomes a report, filled in as far as there are responses to it") {
    const Sorted all = sorted();
    if (all.forms.empty()) {
        MESSAGE("real data: absent");
        return;
    }
    const pdf::Fonts fonts = pdf::Fonts::open().value();
    std::size_t filled = 0;
    std::size_t lines = 0;
    const auto check = [&](const auto& form, const auto& response) {
        const Report report = report_of(form, response);
        const auto made = render(fonts, report);
        CAPTURE(form.url);
        CHECK((made ? "ok" : made.error().text) == "ok");
        lines += report.lines.size();
    };
    for (const auto& form : all.forms) {
        check(form, questionnaire::Response());
        for (const auto& response : all.responses) {
            const std::string wanted =
                response.questionnaire.substr(0, response.questionnaire.find('|'));
            if (form.url.empty() || wanted != form.url) continue;
            ++filled;
            check(form, response);
        }
    }
    MESSAGE("real data: ", all.forms.size(), " forms, ", filled, " responses to them, ", lines,
            " lines");
    CHECK(all.forms.size() > 50);
    CHECK(filled > 0);
}

}  // namespace cohort::report
