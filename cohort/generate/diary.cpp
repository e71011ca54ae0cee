// SPDX-License-Identifier: Apache-2.0
#include "cohort/generate/diary.h"

#include <utility>

#include "weft/ensure.h"

#include "cohort/base/json.h"
#include "cohort/epro/forms.h"

namespace cohort::generate {

namespace {

using json::array;
using json::object;

constexpr const char* url = "http://example.org/weekly-diary";
constexpr const char* version = "1";
constexpr const char* codes = "http://example.org/weekly-diary/codes";
const std::string core = "http://hl7.org/fhir/StructureDefinition/";

// A text with its translation, as FHIR puts them side by side.
object with(object element, const std::string& member, const char* english, const char* chinese) {
    const object translation{
        {"url", core + "translation"},
        {"extension", array{object{{"url", "lang"}, {"valueCode", "zh-CN"}},
                            object{{"url", "content"}, {"valueString", chinese}}}}};
    element[member] = english;
    element["_" + member] = object{{"extension", array{translation}}};
    return element;
}

object choice(int ordinal, const char* english, const char* chinese) {
    object coding{{"system", codes}, {"code", std::to_string(ordinal)}};
    return {{"extension", array{object{{"url", core + "ordinalValue"}, {"valueDecimal", ordinal}}}},
            {"valueCoding", with(std::move(coding), "display", english, chinese)}};
}

object item(const char* link, const char* type, bool is_required, const char* english,
            const char* chinese) {
    object made{{"linkId", link}, {"type", type}};
    if (is_required) made["required"] = true;
    return with(std::move(made), "text", english, chinese);
}

array how_bad() {
    return {choice(0, "Not at all", "完全没有"), choice(1, "A little", "有一点"),
            choice(2, "Quite a bit", "比较严重"), choice(3, "Very much", "非常严重")};
}

object limited(object from, const char* which, int limit) {
    array limits = from.contains("extension") ? from["extension"].as_array() : array{};
    limits.push_back(object{{"url", core + which}, {"valueInteger", limit}});
    from["extension"] = std::move(limits);
    return from;
}

array questions() {
    object headache = item("headache", "choice", true, "How much did headaches trouble you?",
                           "头痛对您的影响有多大？");
    headache["answerOption"] = how_bad();
    object dizzy = item("dizzy", "choice", true, "How much did dizziness trouble you?",
                        "头晕对您的影响有多大？");
    dizzy["answerOption"] = how_bad();
    object upper =
        item("systolic", "integer", true, "Your blood pressure this morning: the upper number",
             "今早的血压：高压（上面的数字）");
    return {item("intro", "display", false, "Please think of the last seven days.",
                 "请回想过去七天的情况。"),
            std::move(headache),
            std::move(dizzy),
            limited(limited(std::move(upper), "minValue", 60), "maxValue", 280),
            item("chest", "boolean", true, "Did you have pain in the chest?", "您有过胸痛吗？"),
            item("note", "text", false, "Is there anything else that we should know?",
                 "您还有什么要告诉我们的吗？")};
}

object coded(std::uint64_t code) {
    return {{"valueCoding", object{{"system", codes}, {"code", std::to_string(code)}}}};
}

object answered(const char* link, object value) {
    return {{"linkId", link}, {"answer", array{std::move(value)}}};
}

Result<void> publish_diary(db::Tx& tx, const StudyId& study, const identity::Actor& actor) {
    const auto read =
        TRY(questionnaire::read_questionnaire(diary_form(), questionnaire::Format::json));
    ENSURE(read.form, "the diary can be read");
    const epro::Form draft = TRY(epro::import(tx, study, *read.form, actor)).form;
    const epro::Form ruled = TRY(epro::set_rules(tx, draft.id, draft.edits, diary_rules(), actor));
    TRY(epro::publish(tx, ruled.id, ruled.edits, actor));
    return {};
}

}  // namespace

std::string diary_form() {
    object form{{"resourceType", "Questionnaire"},
                {"url", url},
                {"version", version},
                {"status", "active"},
                {"language", "en"},
                {"item", questions()}};
    return json::to_text(with(std::move(form), "title", "Your week", "您这一周"));
}

epro::Rules diary_rules() {
    return {
        .scoring = {{"name", "week"},
                    {"version", "1.0"},
                    {"formulas",
                     array{object{{"name", "complaints"},
                                  {"expression", "%resource.item.answer.value.ordinal().sum()"}}}}},
        .alerts = {{.name = "chest pain",
                    .expression = "%resource.item.where(linkId='chest').answer.value = true",
                    .help = {{"en",
                              "Pain in the chest can be an emergency. If you have it now, "
                              "call 120 or 112. Your study team is told and will call you."},
                             {"zh-CN",
                              "胸痛可能是急症。如果现在仍有胸痛，请立即拨打120（欧洲：112）。"
                              "研究团队已收到通知，会与您联系。"}}}}};
}

std::string make_up_diary(const CivilDate& day, Chance& chance) {
    const bool is_chinese = chance.one_in(2);
    array items{answered("headache", coded(chance.up_to(chance.up_to(3)))),
                answered("dizzy", coded(chance.up_to(chance.up_to(3)))),
                answered("systolic", {{"valueInteger", 112 + chance.up_to(50)}}),
                answered("chest", {{"valueBoolean", chance.one_in(40)}})};
    if (chance.one_in(4))
        items.push_back(answered(
            "note", {{"valueString", is_chinese ? "这周睡得好一些。" : "I slept better."}}));
    return json::to_text(object{{"resourceType", "QuestionnaireResponse"},
                                {"questionnaire", std::string(url) + "|" + version},
                                {"status", "completed"},
                                {"language", is_chinese ? "zh-CN" : "en"},
                                {"authored", to_string(day) + "T12:00:00Z"},
                                {"item", std::move(items)}});
}

Result<PlanId> have_diary(db::Tx& tx, const StudyId& study, const identity::Actor& actor) {
    for (const epro::Plan& plan : TRY(epro::plans_of(tx, study)))
        if (plan.what.url == url && !plan.ended_at) return plan.id;
    if (!TRY(epro::version_in_force(tx, study, url))) TRY(publish_diary(tx, study, actor));
    const epro::NewPlan weekly{
        .study = study,
        .url = url,
        .name = "Weekly diary",
        .timing = {.every_days = 7, .times = diary_weeks, .due_days = 2, .late_days = 4},
        .shows_scores = true};
    return TRY(epro::add_plan(tx, weekly, actor)).id;
}

}  // namespace cohort::generate
