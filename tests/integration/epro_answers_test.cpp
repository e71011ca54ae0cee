// SPDX-License-Identifier: Apache-2.0
// What patients are asked and answer: windows, scores, alerts, and that all of a submission is
// there or nothing.
#include <set>

#include "weft/mutex.h"
#include "weft/scope.h"

#include "cohort/epro/patients.h"
#include "cohort/epro/submit.h"
#include "tests/integration/simulated.h"
#include "tests/support/test.h"
#include "tests/world/patient.h"

namespace tests {

using namespace cohort;

namespace {

// A patient who is asked for the mood of the day.
struct Asked {
    explicit Asked(World& world, const std::string& more = R"(,"late_days":1)")
        : form(publish_mood(world)),
          plan(plan_mood(world, more)),
          subject(world.subject()),
          patient(world, subject) {}

    std::string form;
    std::string plan;
    std::string subject;
    Patient patient;
};

std::string pause_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text + "/questionnaire-pause";
}

std::string alerts_of(World& world) {
    return "/api/v1/studies/" + world.ground().study.text + "/patient-alerts";
}

}  // namespace

TEST_CASE("a patient is given the form of today, and what is answered is scored and kept as sent") {
    in_world([](World& world) {
        Asked asked(world);
        const Answer tasks = asked.patient.ask("GET", "/api/v1/patient/tasks");
        CHECK(tasks.at("/paused") == "false");
        CHECK(tasks.at("/today/0/task/plan") == asked.plan);
        CHECK(tasks.at("/today/0/form/id") == asked.form);
        const Answer form =
            asked.patient.ask("GET", "/api/v1/patient/questionnaires/" + asked.form);
        CHECK(form.text == mood_form());
        const Answer told = asked.patient.submit(asked.plan, 1, mood_answers());
        CHECK(told.outcome() == "201");
        CHECK(told.at("/help") == "[]");
        const std::string response = "/api/v1/responses/" + told.at("/response");
        CHECK(world.ask("ann", "GET", response + "/fhir.json").text == mood_answers());
        const Answer read = world.ask("ann", "GET", response);
        CHECK(read.at("/scores/0/name") == "total");
        CHECK(read.at("/scores/0/value") == "2");
        CHECK(read.at("/scoring") == "mood|1.0");
        CHECK(read.at("/language") == "en");
        CHECK(asked.patient.ask("GET", "/api/v1/patient/tasks").at("/today") == "[]");
        const Answer history = asked.patient.ask("GET", "/api/v1/patient/history");
        CHECK(history.at("/answered/0/title") == "Mood");
        CHECK(history.at("/answered/0/scores") == "[]");  // the plan does not show them
        CHECK(world.count("audit_record WHERE action = 'patient-response.submitted' AND actor = "
                          "'patient' AND subject = '" +
                          asked.subject + "'") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE(
    "a dangerous answer calls somebody and helps the patient at once, in the patient's words") {
    in_world([](World& world) {
        Asked asked(world);
        const Answer told =
            asked.patient.submit(asked.plan, 1, mood_answers("3", "4.0", true, "1", "zh-CN"));
        CHECK(told.at("/help/0") == "请立即拨打12345。");
        const Answer alerts = world.ask("ann", "GET", alerts_of(world));
        CHECK(alerts.at("/alerts/0/rule") == "thoughts");
        CHECK(alerts.at("/alerts/0/response") == told.at("/response"));
        CHECK(alerts.at("/alerts/0/overdue") == "false");
        CHECK(world.ask("bob", "GET", alerts_of(world)).at("/alerts") == "[]");
        const std::string alert = "/api/v1/patient-alerts/" + alerts.at("/alerts/0/id");
        const auto take = [&](const char* who, const std::string& note) {
            return world.ask(who, "POST", alert + "/acknowledge", R"({"note":")" + note + "\"}");
        };
        CHECK(take("bob", "mine").outcome() == "404 unknown-object");
        CHECK(take("monitor", "mine").outcome() == "403 not-allowed");
        CHECK(take("ann", "").outcome() == "422 note-required");
        CHECK(take("ann", "called, is safe").at("/note") == "called, is safe");
        CHECK(take("amy", "me too").outcome() == "409 alert-acknowledged");
        CHECK(world.ask("ann", "GET", alerts_of(world)).at("/alerts") == "[]");
        CHECK(world.ask("ann", "GET", alerts_of(world) + "?state=all").at("/alerts/0/note") ==
              "called, is safe");
        for (const char* action : {"patient-alert.raised", "patient-alert.acknowledged"})
            CHECK(world.count(std::string("audit_record WHERE action = '") + action + "'") == 1);
    });
}

TEST_CASE("a double tap is one row and one answer, with a key and without") {
    in_world([](World& world) {
        Asked asked(world);
        const Answer first = asked.patient.submit(asked.plan, 1, mood_answers(), "k");
        const Answer repeated = asked.patient.submit(asked.plan, 1, mood_answers(), "k");
        CHECK(repeated.outcome() == "201");
        CHECK(repeated.text == first.text);
        const Answer again = asked.patient.submit(asked.plan, 1, mood_answers());
        CHECK(again.outcome() == "200");
        CHECK(again.text == first.text);
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers("0")).outcome() ==
              "409 task-answered");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers("0"), "k").outcome() ==
              "409 task-answered");
        CHECK(world.count("patient_response") == 1);
        CHECK(world.count("patient_score") == 1);
        CHECK(world.count("idempotency WHERE for_ever = 1 AND key = 'k'") == 1);
    });
}

TEST_CASE("fifty taps at once are one row, one alert and one answer") {
    in_world([](World& world) {
        Asked asked(world);
        std::set<std::string> answers;
        weft::Mutex mutex;
        weft::scope([&](weft::Scope& scope) {
            for (int i = 0; i < 50; ++i)
                scope.go([&] {
                    const Answer told =
                        asked.patient.submit(asked.plan, 1, mood_answers("3", "1", true));
                    const std::lock_guard lock{mutex};
                    answers.insert(told.text);
                });
        });
        CHECK(answers.size() == 1);
        CHECK(world.count("patient_response") == 1);
        CHECK(world.count("patient_alert") == 1);
        CHECK(world.audit_findings().empty());
    });
}

TEST_CASE("answers that do not fit their form are refused with each place, and nothing is kept") {
    in_world([](World& world) {
        Asked asked(world);
        const auto outcome = [&](const std::string& answers) {
            const Answer told = asked.patient.submit(asked.plan, 1, answers);
            return told.outcome() + " " + told.at("/errors/0/pointer") + " " +
                   told.at("/errors/0/code");
        };
        CHECK(outcome(mood_answers("7")) == "422 response-refused /item/0/answer/0 not-an-option");
        CHECK(outcome(mood_answers("2", "24.01")) ==
              "422 response-refused /item/1/answer/0 above-maximum");
        CHECK(outcome(mood_answers("2", "7", false, "9")) ==
              "422 response-refused /questionnaire wrong-questionnaire");
        CHECK(outcome(R"({"resourceType":"QuestionnaireResponse","questionnaire":
            "http://example.org/mood|1","status":"in-progress"})") ==
              "422 response-refused /status not-complete");
        CHECK(outcome("{}") == "400 resource-type  ");
        CHECK(asked.patient
                  .ask("POST", "/api/v1/patient/tasks/" + asked.plan + "/1/response",
                       mood_answers(), {{"content-type", "text/plain"}})
                  .outcome() == "415 wrong-content-type");
        for (const char* table : {"patient_response", "patient_score", "patient_alert"})
            CHECK(world.count(table) == 0);
        CHECK(asked.patient.submit(asked.plan, 2, mood_answers()).outcome() == "404 task");
        CHECK(asked.patient.submit(asked.subject, 1, mood_answers()).outcome() == "404 task");
    });
}

TEST_CASE("what follows a submission is in its transaction: it is there with it or not at all") {
    in_world([](World& world) {
        Asked asked(world);
        epro::ReadyForms forms(world.app().db);
        http::Request request;
        request.path = "/api/v1/patient/tasks/" + asked.plan + "/1/response";
        request.params = {{"plan", asked.plan}, {"number", "1"}};
        request.headers = fhir;
        request.body = mood_answers("3", "4.0", true);
        request.received = now();
        request.found = epro::PatientCaller{SubjectId{asked.subject}, world.ground().study,
                                            world.ground().site_a};
        const auto submit = [&](bool fails, std::string& followed, int& nudged) {
            const epro::FollowUp one{
                .enqueue = [&, fails](db::Tx&, const epro::Submission& done) -> Result<void> {
                    followed = done.id.text;
                    CHECK(done.alerts.size() == 1);
                    if (fails) return unavailable("no-report", "it cannot be enqueued");
                    return {};
                },
                .nudge = [&] { ++nudged; }};
            return epro::submit(world.app(), forms, {one}, request);
        };
        std::string followed;
        int nudged = 0;
        CHECK(submit(true, followed, nudged).error().code == "no-report");
        CHECK_FALSE(followed.empty());
        CHECK(nudged == 0);
        for (const char* what : {"patient_response", "patient_score", "patient_alert",
                                 "audit_record WHERE action LIKE 'patient-%'"})
            CHECK(world.count(what) == 0);
        const auto told = submit(false, followed, nudged);
        REQUIRE(told.ok());
        CHECK(told->status == 201);
        CHECK(json::parse(told->content())->at("response").as_string() == followed);
        CHECK(nudged == 1);
        CHECK(submit(true, followed, nudged)->status == 200);  // it was followed already
        CHECK(nudged == 1);
    });
}

TEST_CASE("drafts and withdrawn forms are never a patient's") {
    in_world([](World& world) {
        Asked asked(world);
        const Answer draft = world.ask(
            "builder", "POST", "/api/v1/studies/" + world.ground().study.text + "/questionnaires",
            mood_form("2"), fhir);
        const auto form = [&](const std::string& id) {
            return asked.patient.ask("GET", "/api/v1/patient/questionnaires/" + id).outcome();
        };
        CHECK(form(draft.at("/id")) == "404 questionnaire");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers("2", "7", false, "2")).outcome() ==
              "422 response-refused");
        CHECK(form(asked.form) == "200");
        CHECK(world
                  .ask("builder", "POST", "/api/v1/questionnaires/" + asked.form + "/withdraw",
                       R"({"reason":"a wrong question"})", {{"if-match", "\"3\""}})
                  .outcome() == "200");
        CHECK(form(asked.form) == "404 questionnaire");
        CHECK(asked.patient.ask("GET", "/api/v1/patient/tasks").at("/today") == "[]");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() ==
              "422 questionnaire-withdrawn");
        CHECK(world.count("patient_response") == 0);
    });
}

TEST_CASE("while a study's questionnaires rest nothing is asked and nothing is taken, at once") {
    in_world([](World& world) {
        Asked asked(world);
        CHECK(world.ask("ann", "PUT", pause_of(world), R"({"reason":"safety"})").outcome() ==
              "403 not-allowed");
        CHECK(world.ask("builder", "PUT", pause_of(world), R"({"reason":""})").outcome() ==
              "422 reason-required");
        CHECK(world.ask("builder", "PUT", pause_of(world), R"({"reason":"safety"})").outcome() ==
              "204");
        const Answer tasks = asked.patient.ask("GET", "/api/v1/patient/tasks");
        CHECK(tasks.at("/paused") == "true");
        CHECK(tasks.at("/today") == "[]");
        CHECK(tasks.at("/next") == "null");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "422 study-paused");
        CHECK(world.ask("builder", "DELETE", pause_of(world)).outcome() == "204");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "201");
        for (const char* action : {"questionnaires.paused", "questionnaires.resumed"})
            CHECK(world.count(std::string("audit_record WHERE action = '") + action + "'") == 1);
    });
}

TEST_CASE("a window opens, is late and closes by the site's clock, and what is over is missed") {
    in_simulated_world([](World& world) {
        // Enrolled at noon in Shanghai: open from 8 to 20 today, late until 20 tomorrow; again in
        // three days.
        Asked asked(world,
                    R"(,"opens":"08:00","due":"20:00","late_days":1,"every_days":3,"times":3)");
        const auto states = [&] {
            const Answer tasks =
                world.ask("ann", "GET", "/api/v1/subjects/" + asked.subject + "/tasks");
            return tasks.at("/tasks/0/state") + " " + tasks.at("/tasks/1/state") + " " +
                   tasks.at("/tasks/2/state");
        };
        CHECK(states() == "open upcoming upcoming");
        CHECK(asked.patient.submit(asked.plan, 2, mood_answers()).outcome() == "422 task-not-open");
        sleep_through(world, std::chrono::hours(9));
        CHECK(states() == "late upcoming upcoming");
        sleep_through(world, std::chrono::hours(24));
        CHECK(states() == "missed upcoming upcoming");
        REQUIRE(asked.patient.come_in(patient_pin).outcome() == "200");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "422 task-closed");
        const Answer next = asked.patient.ask("GET", "/api/v1/patient/tasks");
        CHECK(next.at("/today") == "[]");
        CHECK(next.at("/next/task/number") == "2");
        sleep_through(world, std::chrono::hours(48));  // 21:00 of the third day: late
        REQUIRE(asked.patient.come_in(patient_pin).outcome() == "200");
        const Answer told = asked.patient.submit(asked.plan, 2, mood_answers());
        CHECK(told.at("/state") == "late");
        CHECK(states() == "missed done upcoming");
        CHECK(world.ask("builder", "PUT", pause_of(world), R"({"reason":"r"})").outcome() == "204");
        sleep_through(world, std::chrono::hours(240));
        CHECK(world.ask("builder", "DELETE", pause_of(world)).outcome() == "204");
        CHECK(states() == "missed done excused");
    });
}

TEST_CASE("a plan that is assigned is asked of those it is assigned to, from their day on") {
    in_world([](World& world) {
        Asked asked(world, R"(,"applies_to":"assigned","late_days":1)");
        const auto today = [&] {
            return asked.patient.ask("GET", "/api/v1/patient/tasks").at("/today/0/task/plan");
        };
        CHECK(today().empty());
        CHECK(asked.patient.ask("GET", "/api/v1/patient/questionnaires/" + asked.form).outcome() ==
              "404 questionnaire");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "404 task");
        const std::string assignment =
            "/api/v1/subjects/" + asked.subject + "/assignments/" + asked.plan;
        CHECK(world.ask("bob", "PUT", assignment, "{}").outcome() == "404 unknown-object");
        CHECK(world.ask("ann", "PUT", assignment, "{}").outcome() == "204");
        CHECK(today() == asked.plan);
        CHECK(world.ask("ann", "DELETE", assignment).outcome() == "204");
        CHECK(world.ask("ann", "DELETE", assignment).outcome() == "404 assignment");
        CHECK(today().empty());
        const Answer plans =
            world.ask("builder", "POST",
                      "/api/v1/studies/" + world.ground().study.text + "/questionnaire-plans",
                      R"({"url":"http://example.org/nothing","name":"n"})");
        CHECK(plans.outcome() == "422 questionnaire-unknown");
    });
}

TEST_CASE("a plan that has ended asks nothing more, and shows what was answered") {
    in_world([](World& world) {
        Asked asked(world, R"(,"times":3,"late_days":1,"shows_scores":true)");
        CHECK(asked.patient.submit(asked.plan, 1, mood_answers()).outcome() == "201");
        CHECK(world.ask("builder", "POST", "/api/v1/questionnaire-plans/" + asked.plan + "/end")
                  .outcome() == "200");
        const Answer tasks = asked.patient.ask("GET", "/api/v1/patient/tasks");
        CHECK(tasks.at("/today") == "[]");
        CHECK(tasks.at("/next") == "null");
        const Answer history = asked.patient.ask("GET", "/api/v1/patient/history");
        CHECK(history.at("/answered/0/scores/0/value") == "2");
        CHECK(asked.patient.submit(asked.plan, 2, mood_answers()).outcome() == "404 task");
    });
}

}  // namespace tests
