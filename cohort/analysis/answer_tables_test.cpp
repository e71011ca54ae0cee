// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/answer_tables.h"

#include <algorithm>

#include "cohort/questionnaire/test_files.h"
#include "tests/support/test.h"

using namespace cohort;
using namespace cohort::analysis;
using questionnaire::test::form_of;
using questionnaire::test::response_of;

namespace {

constexpr const char* form_text = R"({"resourceType":"Questionnaire","url":"http://x/q/mood",
 "version":"2","status":"active","item":[
 {"linkId":"pain","type":"choice","text":"Pain?","answerOption":[
   {"valueCoding":{"system":"s","code":"0","display":"None"}},
   {"valueCoding":{"system":"s","code":"1","display":"Some"}}]},
 {"linkId":"sleep","type":"decimal","text":"Sleep?"},
 {"linkId":"born","type":"date","text":"Born?"},
 {"linkId":"drug","type":"group","repeats":true,"item":[
   {"linkId":"name","type":"string","required":true,"text":"Which?"},
   {"linkId":"taken","type":"dateTime","repeats":true,"text":"When?"}]},
 {"linkId":"seen","type":"display","text":"Thank you"}]})";

struct Made {
    explicit Made(const std::string& items, std::vector<questionnaire::Score> scores = {}) {
        const auto form = form_of(form_text);
        const auto response =
            response_of(R"({"resourceType":"QuestionnaireResponse","status":"completed",)"
                        R"("questionnaire":"http://x/q/mood|2","item":[)" +
                        items + "]}");
        Names names;
        AnswerTables made("http://x/q/mood|2", form, {"total"}, names);
        Record record;
        made.add({.response = response,
                  .place = {.site = "A",
                            .subject = "A-1",
                            .visit = "Daily",
                            .visit_repeat = "3",
                            .form_repeat = "1"},
                  .received_at = {.ms = 0},
                  .language = "en",
                  .scoring = "mood|1.0",
                  .scores = std::move(scores)},
                 record);
        tables = made.take();
        counts = record.counts;
        auto [where, wrong] = record.take();
        lineage = std::move(where);
        problems = std::move(wrong);
    }

    // The cells behind the keys, a row in brackets each.
    std::string rows(std::string_view name) const {
        const auto table = std::ranges::find(tables, name, &Table::name);
        REQUIRE(table != tables.end());
        std::string out;
        for (const Row& row : table->rows) {
            out += "[";
            for (std::size_t i = 5; i < row.size(); ++i)
                if (row[i]) out += table->columns[i].name + "=" + *row[i] + " ";
            out += "]";
        }
        return out;
    }
    std::vector<std::string> places() const {
        std::vector<std::string> out;
        for (const Row& row : lineage.rows)
            out.push_back(*row[1] + " " + *row[6] + " " + *row[7] + " " + *row[9]);
        return out;
    }

    std::vector<Table> tables;
    Table lineage;
    Table problems;
    Counts counts;
};

}  // namespace

TEST_CASE("A response is a row with codes, labels, digits and what is known of a date") {
    const Made made(R"({"linkId":"pain","answer":[{"valueCoding":{"system":"s","code":"1"}}]},
        {"linkId":"sleep","answer":[{"valueDecimal":7.50}]},
        {"linkId":"born","answer":[{"valueDate":"1980-05"}]})",
                    {{.name = "total", .value = "12"}});
    CHECK(made.rows("epro_mood_2") ==
          "[received_at=1970-01-01T00:00:00.000 late=false language=en pain=1 pain_label=Some "
          "sleep=7.5 sleep_written=7.50 born_iso=1980-05 score_total=12 score_total_written=12 ]");
    CHECK(made.counts.values.structured == 4);
    CHECK(made.counts.responses.structured == 1);
    CHECK(made.counts.add_up());
    CHECK(made.problems.rows.empty());
    CHECK(made.lineage.rows.back()[11] == "7.50");
}

TEST_CASE("What repeats has a table of its own, and what repeats in it says in which row") {
    const Made made(R"({"linkId":"drug","item":[
          {"linkId":"name","answer":[{"valueString":" Aspirin "}]},
          {"linkId":"taken","answer":[{"valueDateTime":"2026-11-22T07:08:09+08:00"},
                                      {"valueDateTime":"2026-11"}]}]},
        {"linkId":"drug","item":[{"linkId":"name","answer":[{"valueString":"Insulin"}]},
          {"linkId":"taken","answer":[{"valueDateTime":"2026"}]}]})");
    CHECK(made.rows("epro_mood_2_drug") == "[row=1 name=Aspirin ][row=2 name=Insulin ]");
    CHECK(made.rows("epro_mood_2_taken") ==
          "[row=1.1 taken=2026-11-22T07:08:09 taken_iso=2026-11-22T07:08:09+08:00 ]"
          "[row=1.2 taken_iso=2026-11 ][row=2.1 taken_iso=2026 ]");
    CHECK(made.counts.rows.structured == 5);
    CHECK(made.counts.values.structured == 5);
    CHECK(made.places() ==
          std::vector<std::string>{"epro_mood_2_drug 1 name /item/0/item/0/answer/0",
                                   "epro_mood_2_drug 2 name /item/1/item/0/answer/0",
                                   "epro_mood_2_taken 1.1 taken /item/0/item/1/answer/0",
                                   "epro_mood_2_taken 1.2 taken /item/0/item/1/answer/1",
                                   "epro_mood_2_taken 2.1 taken /item/1/item/1/answer/0"});
}

TEST_CASE("A response that its version would refuse is left out as a whole, and says why") {
    const Made made(R"({"linkId":"sleep","answer":[{"valueDecimal":7}]},
        {"linkId":"drug","item":[{"linkId":"taken","answer":[{"valueDateTime":"2026"}]}]})",
                    {{.name = "total", .value = "1"}});
    CHECK(made.rows("epro_mood_2").empty());
    CHECK(made.rows("epro_mood_2_taken").empty());
    REQUIRE(made.problems.rows.size() == 1);
    CHECK(made.problems.rows[0][10] == "required");
    CHECK(made.problems.rows[0][11] == "row left out");
    CHECK(made.counts.responses.left_out == 1);
    CHECK(made.counts.values.left_out == 3);
}
