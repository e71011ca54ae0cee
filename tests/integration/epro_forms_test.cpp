// SPDX-License-Identifier: Apache-2.0
// Questionnaires of a study: in and out as FHIR, drafts, publishing, withdrawing.
#include "cohort/epro/forms.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

using cohort::http::Pairs;

namespace {

std::string forms_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text + "/questionnaires";
}

Answer import(World& world, const std::string& form) {
    return world.ask("builder", "POST", forms_of(world), form, fhir);
}

Pairs seen(int edits) {
    return {{"if-match", "\"" + std::to_string(edits) + "\""}};
}

// The places that a refusal names, with their codes.
std::string named_in(const Answer& answer) {
    std::string all;
    for (int i = 0; !answer.at("/errors/" + std::to_string(i)).empty(); ++i) {
        const std::string error = "/errors/" + std::to_string(i);
        all += answer.at(error + "/pointer") + " " + answer.at(error + "/code") + "\n";
    }
    return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("a questionnaire comes in as a draft, and out with every element and every digit") {
    in_world([](World& world) {
        const Answer draft = import(world, mood_form());
        CHECK(draft.outcome() == "201");
        CHECK(draft.at("/state") == "draft");
        CHECK(draft.at("/title") == "Mood");
        CHECK(draft.at("/languages") == R"(["en","zh-CN"])");
        CHECK(draft.header("ETag") == "\"1\"");
        const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
        const Answer json = world.ask("monitor", "GET", form + "/fhir.json");
        CHECK(json.text == mood_form());
        CHECK(json.text.find("24.00") != std::string::npos);
        const Answer xml = world.ask("monitor", "GET", form + "/fhir.xml");
        CHECK(xml.text.find("value=\"24.00\"") != std::string::npos);
        // The XML is the same form: taken in again it is the version that is there.
        const Answer again = world.ask("builder", "POST", forms_of(world), xml.text,
                                       {{"content-type", "application/fhir+xml"}});
        CHECK(again.outcome() == "200");
        CHECK(again.at("/id") == draft.at("/id"));
        CHECK(world.ask("monitor", "GET", forms_of(world)).at("/questionnaires/0/id") ==
              draft.at("/id"));
        CHECK(world.count("audit_record WHERE action = 'questionnaire.imported'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("a form with an unsupported element is refused by naming it, and so is a circle") {
    in_world([](World& world) {
        const Answer coloured =
            import(world, mood_form("1", R"(,{"linkId":"x","type":"string","colour":"red"})"));
        CHECK(coloured.outcome() == "422 questionnaire-unsupported");
        CHECK(named_in(coloured) == "/item/4/colour unsupported-element\n");
        const std::string circle =
            R"(,{"linkId":"a","type":"boolean","enableWhen":[{"question":"b","operator":"exists",)"
            R"("answerBoolean":true}]},{"linkId":"b","type":"boolean","enableWhen":)"
            R"([{"question":"a","operator":"exists","answerBoolean":true}]})";
        const Answer round = import(world, mood_form("1", circle));
        CHECK(round.outcome() == "422 questionnaire-unsupported");
        CHECK(named_in(round) == "/item/4/enableWhen enable-when-circle\n");
        const Answer nameless =
            import(world, R"({"resourceType":"Questionnaire","status":"draft"})");
        CHECK(named_in(nameless) == "/url missing-element\n/version missing-element\n");
        CHECK(import(world, R"({"resourceType":"Patient"})").outcome() == "400 resource-type");
        CHECK(import(world, "{").outcome() == "400 bad-json");
        CHECK(world
                  .ask("builder", "POST", forms_of(world), mood_form(),
                       {{"content-type", "text/plain"}})
                  .outcome() == "415 wrong-content-type");
        CHECK(world.count("questionnaire") == 0);
    });
}

TEST_CASE("a version never changes: the same again is the same, another content is refused") {
    in_world([](World& world) {
        CHECK(import(world, mood_form()).outcome() == "201");
        CHECK(import(world, mood_form()).outcome() == "200");
        CHECK(import(world, replaced(mood_form(), "24.00", "24.0")).outcome() ==
              "409 questionnaire-exists");
        CHECK(world.count("questionnaire") == 1);
        CHECK(import(world, mood_form("2")).at("/number") == "2");
    });
}

TEST_CASE("what patients need is complete before a form is published") {
    in_world([](World& world) {
        const std::string more = R"(,{"linkId":"note","type":"string","text":"Anything else?"})";
        const Answer draft = import(world, mood_form("1", more));
        const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
        const std::string rules = replaced(mood_rules(), R"(,"zh-CN":"请立即拨打12345。")", "");
        CHECK(world.ask("builder", "PUT", form + "/rules", rules, seen(1)).outcome() == "200");
        const Answer refused = world.ask("builder", "POST", form + "/publish", "", seen(2));
        CHECK(refused.outcome() == "422 questionnaire-incomplete");
        CHECK(named_in(refused) ==
              "/item/4/text translation-missing\n/alerts/0/help help-missing\n");
        CHECK(world.ask("monitor", "GET", form).at("/state") == "draft");
        CHECK(world
                  .ask("builder", "PUT", form + "/rules", R"({"alerts":[{"name":"a",
            "expression":"%nothing","help":{}}]})",
                       seen(2))
                  .outcome() == "400 expression");
    });
}

TEST_CASE("a draft is published once, by who has seen it as it is") {
    in_world([](World& world) {
        const Answer draft = import(world, mood_form());
        const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
        CHECK(world.ask("builder", "PUT", form + "/rules", mood_rules()).outcome() ==
              "428 if-match-missing");
        CHECK(world.ask("builder", "PUT", form + "/rules", mood_rules(), seen(1)).outcome() ==
              "200");
        CHECK(world.ask("builder", "POST", form + "/publish", "", seen(1)).outcome() ==
              "412 stale-version");
        const Answer out = world.ask("builder", "POST", form + "/publish", "", seen(2));
        CHECK(out.outcome() == "200");
        CHECK(out.at("/state") == "published");
        CHECK(out.at("/rules/scoring/version") == "1.0");
        CHECK(world.ask("builder", "POST", form + "/publish", "", seen(3)).outcome() ==
              "422 questionnaire-not-draft");
        CHECK(world.ask("builder", "PUT", form + "/rules", mood_rules(), seen(3)).outcome() ==
              "422 questionnaire-not-draft");
        CHECK(world.count("audit_record WHERE action = 'questionnaire.rules-changed'") == 1);
        CHECK(world.count("audit_record WHERE action = 'questionnaire.published'") == 1);
    });
}

TEST_CASE(
    "a new version begins with the rules of the one before, which is in force again after it") {
    in_world([](World& world) {
        const std::string first = publish_mood(world);
        const Answer second = import(world, mood_form("2"));
        CHECK(second.at("/rules/alerts/0/name") == "thoughts");
        const std::string form = "/api/v1/questionnaires/" + second.at("/id");
        CHECK(world.ask("builder", "POST", form + "/publish", "", seen(1)).outcome() == "200");
        plan_mood(world);
        Patient patient(world, world.subject());
        const auto given = [&] {
            return patient.ask("GET", "/api/v1/patient/tasks").at("/today/0/form/version");
        };
        CHECK(given() == "2");
        CHECK(world.ask("builder", "POST", form + "/withdraw", R"({"reason":""})", seen(2))
                  .outcome() == "422 reason-required");
        CHECK(world.ask("builder", "POST", form + "/withdraw", R"({"reason":"a slip"})", seen(2))
                  .at("/state") == "withdrawn");
        CHECK(given() == "1");
        CHECK(world.ask("builder", "POST", form + "/withdraw", R"({"reason":"again"})", seen(3))
                  .outcome() == "422 questionnaire-withdrawn");
    });
}

namespace {

// A question that only a FHIRPath expression switches off.
std::string unless_well() {
    return R"(,{"linkId":"why","type":"string","extension":[{"url":"http://hl7.org/fhir/uv/sdc/)"
           R"(StructureDefinition/sdc-questionnaire-enableWhenExpression","valueExpression":)"
           R"x({"language":"text/fhirpath","expression":"%resource.item.where(linkId='mood'))x"
           R"x(.answer.value.ordinal().sum() > 1"}}]})x";
}

}  // namespace

TEST_CASE("what a phone cannot ask rightly is not published, and stays a draft to be looked at") {
    in_world([](World& world) {
        const Answer draft = import(world, mood_form("1", unless_well()));
        CHECK(draft.outcome() == "201");
        const std::string form = "/api/v1/questionnaires/" + draft.at("/id");
        const Answer refused = world.ask("builder", "POST", form + "/publish", "", seen(1));
        CHECK(refused.outcome() == "422 questionnaire-incomplete");
        CHECK(named_in(refused) == "/item/4/extension/0 phone-enable-expression\n");
        CHECK(refused.at("/errors/0/message").find("\"why\": enableWhenExpression") !=
              std::string::npos);
        CHECK(world.ask("monitor", "GET", form).at("/state") == "draft");
        CHECK(world.count("audit_record WHERE action = 'questionnaire.published'") == 0);
    });
}

TEST_CASE("a form that was published before the rule goes on, and its answers are judged as ever") {
    in_world([](World& world) {
        const Answer draft = import(world, mood_form("1", unless_well()));
        // As it was published then: what the route asks first was not asked.
        const cohort::QuestionnaireId id{draft.at("/id")};
        CHECK(world.db()
                  .transact([&](cohort::db::Tx& tx) {
                      return cohort::epro::publish(tx, id, 1, cohort::identity::command_line());
                  })
                  .ok());
        const std::string plan = plan_mood(world);
        Patient patient(world, world.subject());
        CHECK(patient.ask("GET", "/api/v1/patient/tasks").at("/today/0/form/id") == id.text);
        const auto with_reason = [](const std::string& mood) {
            return replaced(mood_answers(mood), R"("valueBoolean":false}]})",
                            R"("valueBoolean":false}]},{"linkId":"why","answer":[{"valueString":)"
                            R"("x"}]})");
        };
        const Answer not_asked = patient.submit(plan, 1, with_reason("0"));
        CHECK(not_asked.outcome() == "422 response-refused");
        CHECK(named_in(not_asked) == "/item/3 not-enabled\n");
        CHECK(patient.submit(plan, 1, with_reason("3")).outcome() == "201");
        // A version after it is held to the rule.
        const Answer next = import(world, mood_form("2", unless_well()));
        CHECK(world
                  .ask("builder", "POST", "/api/v1/questionnaires/" + next.at("/id") + "/publish",
                       "", seen(1))
                  .outcome() == "422 questionnaire-incomplete");
    });
}

}  // namespace tests
