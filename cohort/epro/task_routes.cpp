// SPDX-License-Identifier: Apache-2.0
// The patient's side: what is to be answered now and next, the form, the answers, what was
// answered.
#include "cohort/epro/routes.h"

namespace cohort::epro {

using http::Access;
using http::Content;
using http::Method;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

bool is_for_now(const Task& task) {
    return task.state == TaskState::open || task.state == TaskState::late;
}

// The form that is given for a task, as far as patients may know of it.
json::object form_json(const Form& form) {
    json::array languages;
    for (const std::string& language : form.languages) languages.emplace_back(language);
    return {{"id", form.id.text},
            {"url", form.url},
            {"version", form.version},
            {"title", form.title},
            {"languages", std::move(languages)}};
}

Schema given_schema() {
    const Schema form = Schema::named(
        "GivenForm", Schema::object({has("id", Schema::id()), has("url", Schema::text()),
                                     has("version", Schema::text()), has("title", Schema::text()),
                                     has("languages", Schema::list(Schema::text()))}));
    return Schema::object({has("task", task_schema()), has("form", form)});
}

// Nothing while no version is published: then there is nothing that could be answered.
Result<std::optional<json::object>> given(db::Tx& tx, const StudyId& study, const Task& task) {
    const auto form = TRY(in_force(tx, study, task.url));
    if (!form) return std::optional<json::object>();
    return std::optional(json::object{{"task", to_json(task)}, {"form", form_json(*form)}});
}

Result<Reply> get_tasks(App& app, Request& request) {
    const PatientCaller& patient = patient_of(request);
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto subject = TRY(subjects::get(tx, patient.subject));
        const bool rests = TRY(is_resting(tx, patient.study));
        json::array today;
        json::value next = nullptr;
        for (const Task& task : TRY(tasks_of(tx, subject, request.received))) {
            if (rests || !(is_for_now(task) || task.state == TaskState::upcoming)) continue;
            if (task.state == TaskState::upcoming && !next.is_null()) continue;
            auto one = TRY(given(tx, patient.study, task));
            if (one && task.state == TaskState::upcoming) next = std::move(*one);
            if (one && is_for_now(task)) today.push_back(std::move(*one));
        }
        return Reply::json(200, json::object{{"now", to_rfc3339(request.received)},
                                             {"paused", rests},
                                             {"today", std::move(today)},
                                             {"next", std::move(next)}});
    });
}

// A published form of the study that some task of the patient asks for; others are not there.
Result<Reply> get_form(App& app, Request& request) {
    const auto id = TRY(request.id_param<QuestionnaireId>("questionnaire"));
    const PatientCaller& patient = patient_of(request);
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const Error unknown = not_found("questionnaire", "There is no such questionnaire.");
        const Form form = TRY(get(tx, id));
        if (form.study != patient.study || form.state != FormState::published) return unknown;
        const auto subject = TRY(subjects::get(tx, patient.subject));
        for (const PlanOfSubject& one : TRY(plans_of(tx, subject)))
            if (one.plan.what.url == form.url)
                return Reply::bytes(200, "application/fhir+json", TRY(body_of(tx, id)));
        return unknown;
    });
}

Result<Reply> get_history(App& app, Request& request) {
    const PatientCaller& patient = patient_of(request);
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto subject = TRY(subjects::get(tx, patient.subject));
        json::array all;
        for (const Task& task : TRY(tasks_of(tx, subject, request.received))) {
            if (!task.answered) continue;
            const Form form = TRY(get(tx, task.answered->questionnaire));
            json::object one{{"task", to_json(task)}, {"title", form.title}};
            one["scores"] =
                task.shows_scores ? to_json(TRY(scores_of(tx, task.answered->id))) : json::array();
            all.push_back(std::move(one));
        }
        return Reply::json(200, json::object{{"answered", std::move(all)}});
    });
}

Schema submitted_schema() {
    return Schema::named(
        "Submitted",
        Schema::object({has("response", Schema::id()), has("received_at", Schema::instant()),
                        has("state", Schema::one_of({"on_time", "late"})),
                        has("help", Schema::list(Schema::text()))}));
}

}  // namespace

void task_routes(http::Router& router, App& app, std::shared_ptr<ReadyForms> ready,
                 FollowUps follow_ups) {
    const Schema given_task = Schema::named("GivenTask", given_schema());
    const Schema tasks = Schema::named(
        "PatientTasks",
        Schema::object({has("now", Schema::instant()), has("paused", Schema::boolean()),
                        has("today", Schema::list(given_task)),
                        has("next", given_task.or_null())}));
    const Schema answered = Schema::named(
        "AnsweredTask", Schema::object({has("task", task_schema()), has("title", Schema::text()),
                                        has("scores", scores_schema())}));
    router.add(Method::get, "/api/v1/patient/tasks", Access::signed_in(),
               [&app](Request& request) { return get_tasks(app, request); },
               {.name = "listPatientTasks",
                .summary = "What the patient can answer now, and what comes next",
                .good = {{200, "The most urgent first", Content::json(tasks)}}});
    router.add(Method::get, "/api/v1/patient/questionnaires/{questionnaire}", Access::signed_in(),
               [&app](Request& request) { return get_form(app, request); },
               {.name = "readPatientQuestionnaire",
                .summary = "The form of a task as FHIR R4",
                .good = {{200, "A Questionnaire", Content::of("application/fhir+json")}},
                .problems = {404}});
    router.add(Method::get, "/api/v1/patient/history", Access::signed_in(),
               [&app](Request& request) { return get_history(app, request); },
               {.name = "readPatientHistory",
                .summary = "What the patient has answered, with scores where the plan shows them",
                .good = {{200, "By time",
                          Content::json(Schema::named(
                              "PatientHistory",
                              Schema::object({has("answered", Schema::list(answered))})))}}});
    const Content told = Content::json(submitted_schema());
    router.add(Method::post, "/api/v1/patient/tasks/{plan}/{number}/response", Access::signed_in(),
               [&app, ready = std::move(ready), follow_ups = std::move(follow_ups)](
                   Request& request) { return submit(app, *ready, follow_ups, request); },
               {.name = "submitResponse",
                .summary = "Takes the answers to one window, once; what was told is durable",
                .body = Content::of("application/fhir+json"),
                .good = {{201, "They are stored; help is to be shown at once", told},
                         {200, "The same answers were stored before", told}},
                .problems = {404},
                .takes_key = true});
}

}  // namespace cohort::epro
