// SPDX-License-Identifier: Apache-2.0
// What is made up before it is stored: it fits the study, and it is the same for the same seed.
#include <algorithm>

#include "cohort/capture/test_study.h"
#include "cohort/capture/validate.h"
#include "cohort/epro/forms.h"
#include "cohort/generate/diary.h"
#include "cohort/generate/made_up.h"
#include "cohort/questionnaire/validate.h"
#include "tests/support/test.h"

namespace cohort::generate {

namespace {

constexpr CivilDate today{.year = 2026, .month = 11, .day = 23};

std::string text_of(const MadeSubject& subject) {
    std::string text = to_string(subject.enrolled_on);
    for (const MadeForm& form : subject.forms) {
        text += "\n" + form.event + " " + form.form + (form.is_left_open ? " open" : "");
        for (const capture::Change& one : form.entries.patch.changes)
            text += " " + one.key.group + "/" + one.key.repeat + "/" + one.key.item + "=" + one.raw;
    }
    for (const MadeDiary& diary : subject.diaries)
        text += "\n" + std::to_string(diary.week) + " " + to_rfc3339(diary.received_at) + " " +
                diary.answers;
    return text;
}

}  // namespace

TEST_CASE("the same seed and name make up the same, and others something else") {
    const auto definition = capture::test_definition();
    const auto made = [&](std::uint64_t seed, const char* name) {
        Chance chance(seed, name);
        return text_of(make_up_subject(*definition, today, chance));
    };
    CHECK(made(1, "S01/0") == made(1, "S01/0"));
    CHECK(made(1, "S01/0") != made(1, "S01/1"));
    CHECK(made(1, "S01/0") != made(2, "S01/0"));
}

TEST_CASE("what is made up for a form can be stored, breaks no hard check and leaves nothing out") {
    const auto definition = capture::test_definition();
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Chance chance(seed, "entries");
        Entries made = make_up_entries(*definition, *definition->form("F"), today, chance);
        CAPTURE(seed);
        CHECK(capture::validate(*definition, "F", made.patch).empty());
        std::vector<std::string> rows;
        for (const capture::Change& one : made.patch.changes) {
            rows.push_back(one.key.group + "/" + one.key.item);
            for (const capture::Finding& finding : one.findings)
                CHECK(finding.severity == capture::Severity::soft);
        }
        CHECK(std::ranges::find(rows, "VITALS/SYS") != rows.end());
        for (const capture::RowAddition& row : made.patch.additions)
            CHECK(std::ranges::find(rows, row.group + "/TERM") != rows.end());
    }
}

TEST_CASE("the diary can be published, and what patients are said to answer fits it") {
    const auto ready = epro::make_ready(diary_form(), diary_rules());
    REQUIRE(ready.ok());
    for (const epro::PublishingFault& fault : epro::publishing_faults(**ready))
        FAIL_CHECK(fault.code, " ", fault.place, " ", fault.message);
    CHECK((*ready)->languages == std::vector<std::string>{"en", "zh-CN"});
    int alerts = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Chance chance(seed, "diary");
        const std::string answers = make_up_diary(today, chance);
        const auto read = questionnaire::read_response(answers, questionnaire::Format::json);
        REQUIRE(read.ok());
        REQUIRE(read->response);
        CHECK(questionnaire::validate((*ready)->form, *read->response).empty());
        const epro::Judged judged =
            epro::judge((*ready)->form, *read->response, (*ready)->rules, (*ready)->formulas);
        REQUIRE(judged.scores.size() == 1);
        CHECK(judged.scores.front().value);
        const bool is_dangerous = answers.find(R"("valueBoolean":true)") != answers.npos;
        CHECK((judged.alerts.size() == 1) == is_dangerous);
        alerts += is_dangerous ? 1 : 0;
    }
    CHECK(alerts > 0);
    CHECK(alerts < 40);
}

}  // namespace cohort::generate
