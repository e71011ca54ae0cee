// SPDX-License-Identifier: Apache-2.0
#include "tests/world/patient.h"

#include "weft/ensure.h"

#include "cohort/identity/sessions.h"

namespace tests {

using cohort::http::Pairs;

namespace {

std::string translated(const std::string& name, const std::string& english,
                       const std::string& chinese) {
    return '"' + name + R"(":")" + english + R"(","_)" + name +
           R"(":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/translation",)"
           R"("extension":[{"url":"lang","valueCode":"zh-CN"},{"url":"content","valueString":")" +
           chinese + R"("}]}]})";
}

std::string option(const std::string& code, const std::string& english,
                   const std::string& chinese) {
    return R"({"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue",)"
           R"("valueDecimal":)" +
           code + R"(}],"valueCoding":{"system":"http://example.org/mood","code":")" + code +
           R"(",)" + translated("display", english, chinese) + "}}";
}

}  // namespace

std::string mood_form(const std::string& version, const std::string& more) {
    return R"({"resourceType":"Questionnaire","url":"http://example.org/mood","version":")" +
           version + R"(","status":"active","language":"en",)" +
           translated("title", "Mood", "心情") + R"(,"item":[{"linkId":"mood","type":"choice",)" +
           translated("text", "How was your day?", "今天过得怎么样？") +
           R"(,"required":true,"answerOption":[)" + option("0", "Good", "好") + "," +
           option("1", "Fair", "一般") + "," + option("2", "Bad", "差") + "," +
           option("3", "Very bad", "很差") + R"(]},{"linkId":"sleep","type":"decimal",)" +
           translated("text", "Hours of sleep", "睡眠小时数") +
           R"(,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/maxValue",)"
           R"("valueDecimal":24.00}]},{"linkId":"thoughts","type":"boolean","required":true,)" +
           translated("text", "Did you think of harming yourself?", "您有过伤害自己的念头吗？") +
           R"(},{"linkId":"since","type":"integer","enableWhen":[{"question":"thoughts",)"
           R"("operator":"=","answerBoolean":true}],)" +
           translated("text", "For how many days?", "多少天了？") + "}" + more + "]}";
}

std::string mood_rules() {
    return R"x({"scoring":{"name":"mood","version":"1.0","formulas":[{"name":"total",)x"
           R"x("expression":"%resource.item.answer.value.ordinal().sum()"}]},"alerts":[{"name":)x"
           R"x("thoughts","expression":"%resource.item.where(linkId='thoughts').answer.value = true",)x"
           R"x("help":{"en":"Please call 12345 now.","zh-CN":"请立即拨打12345。"}}]})x";
}

std::string mood_answers(const std::string& mood, const std::string& hours, bool thoughts,
                         const std::string& version, const std::string& language) {
    return R"({"resourceType":"QuestionnaireResponse","questionnaire":"http://example.org/mood|)" +
           version + R"(","status":"completed","language":")" + language +
           R"(","authored":"2026-11-22T08:00:00+08:00","item":[{"linkId":"mood","answer":[)"
           R"({"valueCoding":{"system":"http://example.org/mood","code":")" +
           mood + R"("}}]},{"linkId":"sleep","answer":[{"valueDecimal":)" + hours +
           R"(}]},{"linkId":"thoughts","answer":[{"valueBoolean":)" +
           (thoughts ? "true" : "false") + "}]}]}";
}

static void must(const Answer& answer, int status) {
    ENSURE(answer.status == status, (answer.outcome() + " " + answer.text).c_str());
}

std::string publish_mood(World& world, const std::string& version) {
    const std::string study = "/api/v1/studies/" + world.ground().study.text;
    const Answer draft =
        world.ask("builder", "POST", study + "/questionnaires", mood_form(version), fhir);
    must(draft, 201);
    const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
    must(world.ask("builder", "PUT", form + "/rules", mood_rules(), {{"if-match", "\"1\""}}), 200);
    must(world.ask("builder", "POST", form + "/publish", "", {{"if-match", "\"2\""}}), 200);
    return draft.at("/id");
}

std::string plan_mood(World& world, const std::string& more) {
    const Answer plan = world.ask(
        "builder", "POST", "/api/v1/studies/" + world.ground().study.text + "/questionnaire-plans",
        R"({"url":"http://example.org/mood","name":"Mood of the day")" + more + "}");
    must(plan, 201);
    return plan.at("/id");
}

std::string cookie_in(const Answer& answer, const std::string& name) {
    for (const auto& [header, value] : answer.headers)
        if (header == "Set-Cookie" && value.starts_with(name + "="))
            return value.substr(name.size() + 1, value.find(';') - name.size() - 1);
    return {};
}

Patient::Patient(World& world, const std::string& subject) : world_(world) {
    const Answer invitation =
        world.ask("ann", "POST", "/api/v1/subjects/" + subject + "/invitation");
    must(invitation, 201);
    const Answer in =
        world.ask("", "POST", "/api/v1/patient/activation",
                  R"({"invitation":")" + invitation.at("/invitation") + R"(","code":")" +
                      invitation.at("/code") + R"(","pin":")" + patient_pin + "\"}");
    must(in, 200);
    session = cookie_in(in, "cohort_patient");
    device = cookie_in(in, "cohort_patient_device");
}

Answer Patient::ask(std::string_view method, const std::string& target, const std::string& body,
                    const Pairs& headers) {
    Pairs all{{"cookie", "cohort_patient=" + session},
              {"x-csrf-token", cohort::identity::csrf_of(session)}};
    all.insert(all.end(), headers.begin(), headers.end());
    return world_.ask("", method, target, body, all);
}

Answer Patient::submit(const std::string& plan, int number, const std::string& answers,
                       const std::string& key) {
    Pairs headers = fhir;
    if (!key.empty()) headers.emplace_back("idempotency-key", key);
    return ask("POST", "/api/v1/patient/tasks/" + plan + "/" + std::to_string(number) + "/response",
               answers, headers);
}

Answer Patient::come_in(const std::string& pin) {
    Answer answer = world_.ask("", "POST", "/api/v1/patient/session", R"({"pin":")" + pin + "\"}",
                               {{"cookie", "cohort_patient_device=" + device}});
    if (answer.status == 200) session = cookie_in(answer, "cohort_patient");
    return answer;
}

}  // namespace tests
