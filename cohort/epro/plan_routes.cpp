// SPDX-License-Identifier: Apache-2.0
// The staff's side of plans: when what is to be answered, by whom, and how it stands.
#include "cohort/epro/routes.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/sites/sites.h"
#include "cohort/subjects/routes.h"

namespace cohort::epro {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;
using json::wish;
using subjects::Subject;

namespace {

// --- as JSON ------------------------------------------------------------------------------

json::object to_json(const Plan& plan) {
    const Timing& t = plan.what.timing;
    return {{"id", plan.id.text},
            {"study", plan.what.study.text},
            {"url", plan.what.url},
            {"name", plan.what.name},
            {"applies_to", plan.what.applies_to == AppliesTo::all ? "all" : "assigned"},
            {"first_day", t.first_day},
            {"every_days", t.every_days},
            {"times", t.times},
            {"opens", time_of_day(t.opens_minute)},
            {"due", time_of_day(t.due_minute)},
            {"due_days", t.due_days},
            {"late_days", t.late_days},
            {"shows_scores", plan.what.shows_scores},
            {"created_at", to_rfc3339(plan.created_at)},
            {"created_by", plan.created_by},
            {"ended_at",
             plan.ended_at ? json::value(to_rfc3339(*plan.ended_at)) : json::value(nullptr)}};
}

Schema count_schema() {
    return Schema::whole(0, 3660);
}

Schema plan_schema() {
    return Schema::named(
        "QuestionnairePlan",
        Schema::object(
            {has("id", Schema::id()), has("study", Schema::id()), has("url", Schema::text()),
             has("name", Schema::text()), has("applies_to", Schema::one_of({"all", "assigned"})),
             has("first_day", count_schema()), has("every_days", count_schema()),
             has("times", count_schema()), has("opens", Schema::text()), has("due", Schema::text()),
             has("due_days", count_schema()), has("late_days", count_schema()),
             has("shows_scores", Schema::boolean()), has("created_at", Schema::instant()),
             has("created_by", Schema::text()), has("ended_at", Schema::instant().or_null())}));
}

Schema new_plan_schema() {
    return Schema::named(
        "NewQuestionnairePlan",
        Schema::object({has("url", Schema::text()), has("name", Schema::text()),
                        wish("applies_to", Schema::one_of({"all", "assigned"})),
                        wish("first_day", count_schema()), wish("every_days", count_schema()),
                        wish("times", count_schema()), wish("opens", Schema::text()),
                        wish("due", Schema::text()), wish("due_days", count_schema()),
                        wish("late_days", count_schema()),
                        wish("shows_scores", Schema::boolean())}));
}

Result<Timing> timing_of(const json::object& body) {
    Timing timing;
    const auto number = [&](const char* name, int& into) -> Result<void> {
        if (const auto found = TRY(json::find_int(body, name))) into = static_cast<int>(*found);
        return {};
    };
    TRY(number("first_day", timing.first_day));
    TRY(number("every_days", timing.every_days));
    TRY(number("times", timing.times));
    TRY(number("due_days", timing.due_days));
    TRY(number("late_days", timing.late_days));
    if (const auto opens = TRY(json::find_string(body, "opens")))
        timing.opens_minute = TRY(parse_time_of_day(*opens));
    if (const auto due = TRY(json::find_string(body, "due")))
        timing.due_minute = TRY(parse_time_of_day(*due));
    return timing;
}

Result<NewPlan> plan_wish(const Request& request) {
    const json::object body = TRY(request.json_object());
    return NewPlan{.study = TRY(request.id_param<StudyId>("study")),
                   .url = TRY(json::get_string(body, "url")),
                   .name = TRY(json::get_string(body, "name")),
                   .applies_to = TRY(json::find_string(body, "applies_to")) == "assigned"
                                     ? AppliesTo::assigned
                                     : AppliesTo::all,
                   .timing = TRY(timing_of(body)),
                   .shows_scores = TRY(json::find_bool(body, "shows_scores")).value_or(false)};
}

// --- plans --------------------------------------------------------------------------------

Result<Reply> post_plan(App& app, Request& request) {
    const NewPlan wished = TRY(plan_wish(request));
    const Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            return Reply::json(201, to_json(TRY(add_plan(unit, wished, actor))));
        });
    });
}

Result<Reply> get_plans(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array all;
        for (const Plan& plan : TRY(plans_of(tx, study))) all.push_back(to_json(plan));
        return Reply::json(
            200, json::object{{"plans", std::move(all)}, {"paused", TRY(is_resting(tx, study))}});
    });
}

Result<Reply> post_end(App& app, Request& request) {
    const auto id = TRY(request.id_param<PlanId>("plan"));
    const Actor actor = identity::actor_of(request);
    return Reply::json(
        200, to_json(TRY(app.db.transact([&](db::Tx& tx) { return end_plan(tx, id, actor); }))));
}

Result<Reply> put_pause(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const std::string reason = TRY(json::get_string(TRY(request.json_object()), "reason"));
    const Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) { return pause(tx, study, reason, actor); }));
    return Reply::empty();
}

Result<Reply> delete_pause(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) { return resume(tx, study, actor); }));
    return Reply::empty();
}

// --- subjects -----------------------------------------------------------------------------

// Without a day it begins today, as the site's calendar says.
Result<CivilDate> day_in(db::Tx& tx, const std::optional<std::string>& text, const Subject& subject,
                         Instant at) {
    if (text) return parse_date(*text);
    return zones::local_date(TRY(sites::get(tx, subject.site)).time_zone, at);
}

Result<Reply> put_assignment(App& app, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    const auto plan = TRY(request.id_param<PlanId>("plan"));
    const auto day = TRY(json::find_string(TRY(request.json_object()), "starts_on"));
    const Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) -> Result<void> {
        const Subject subject = TRY(subjects::get(tx, id));
        return assign(tx, plan, subject, TRY(day_in(tx, day, subject, request.received)), actor);
    }));
    return Reply::empty();
}

Result<Reply> delete_assignment(App& app, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    const auto plan = TRY(request.id_param<PlanId>("plan"));
    const Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) -> Result<void> {
        return end_assignment(tx, plan, TRY(subjects::get(tx, id)), actor);
    }));
    return Reply::empty();
}

Result<Reply> get_tasks(App& app, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const Subject subject = TRY(subjects::get(tx, id));
        json::array all;
        for (const Task& task : TRY(tasks_of(tx, subject, request.received)))
            all.push_back(epro::to_json(task));
        return Reply::json(200, json::object{{"tasks", std::move(all)},
                                             {"paused", TRY(is_resting(tx, subject.study))}});
    });
}

// --- the routes ---------------------------------------------------------------------------

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

http::ScopeOf scope_of_plan(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<PlanId>("plan"));
        const Plan plan = TRY(app.db.read([&](db::Tx& tx) { return get_plan(tx, id); }));
        return http::Scope{.study = plan.what.study, .site = {}};
    };
}

void study_routes(http::Router& router, App& app) {
    const auto builds = [] { return Access::needs(Permission::study_build, scope_of_study); };
    const Schema plans = Schema::named("QuestionnairePlans",
                                       Schema::object({has("plans", Schema::list(plan_schema())),
                                                       has("paused", Schema::boolean())}));
    router.add(Method::post, "/api/v1/studies/{study}/questionnaire-plans", builds(),
               [&app](Request& request) { return post_plan(app, request); },
               {.name = "addQuestionnairePlan",
                .summary = "Says when a questionnaire is to be answered, and by whom",
                .body = Content::json(new_plan_schema()),
                .good = {{201, "The plan; it never changes", Content::json(plan_schema())}},
                .problems = {404},
                .takes_key = true});
    router.add(Method::get, "/api/v1/studies/{study}/questionnaire-plans",
               Access::needs(Permission::study_view, scope_of_study),
               [&app](Request& request) { return get_plans(app, request); },
               {.name = "listQuestionnairePlans",
                .summary = "The plans of a study, and whether its questionnaires are paused",
                .good = {{200, "Ended ones too", Content::json(plans)}}});
    router.add(Method::post, "/api/v1/questionnaire-plans/{plan}/end",
               Access::needs(Permission::study_build, scope_of_plan(app)),
               [&app](Request& request) { return post_end(app, request); },
               {.name = "endQuestionnairePlan",
                .summary = "From now on nothing is asked by it",
                .good = {{200, "The plan", Content::json(plan_schema())}}});
    router.add(Method::put, "/api/v1/studies/{study}/questionnaire-pause", builds(),
               [&app](Request& request) { return put_pause(app, request); },
               {.name = "pauseQuestionnaires",
                .summary = "From now on patients are asked nothing and nothing is taken",
                .body = Content::json(Schema::named(
                    "QuestionnairePause", Schema::object({has("reason", Schema::text())}))),
                .good = {{204, "They rest"}},
                .problems = {422}});
    router.add(Method::del, "/api/v1/studies/{study}/questionnaire-pause", builds(),
               [&app](Request& request) { return delete_pause(app, request); },
               {.name = "resumeQuestionnaires",
                .summary = "Patients are asked again",
                .good = {{204, "They do not rest"}}});
}

void subject_routes(http::Router& router, App& app) {
    const auto needs = [&](Permission permission) {
        return Access::needs(permission, subjects::scope_of_subject(app));
    };
    const Schema tasks =
        Schema::named("SubjectTasks", Schema::object({has("tasks", Schema::list(task_schema())),
                                                      has("paused", Schema::boolean())}));
    router.add(Method::get, "/api/v1/subjects/{subject}/tasks", needs(Permission::subject_view),
               [&app](Request& request) { return get_tasks(app, request); },
               {.name = "listSubjectTasks",
                .summary = "What a subject was, is and will be asked, and how it stands",
                .good = {{200, "By the time at which they open", Content::json(tasks)}}});
    router.add(Method::put, "/api/v1/subjects/{subject}/assignments/{plan}",
               needs(Permission::subject_create),
               [&app](Request& request) { return put_assignment(app, request); },
               {.name = "assignQuestionnaire",
                .summary = "Lets a subject have a plan; without a day, from today at the site",
                .body = Content::json(Schema::named(
                    "Assignment", Schema::object({wish("starts_on", Schema::date())}))),
                .good = {{204, "The plan is the subject's"}},
                .problems = {422}});
    router.add(Method::del, "/api/v1/subjects/{subject}/assignments/{plan}",
               needs(Permission::subject_create),
               [&app](Request& request) { return delete_assignment(app, request); },
               {.name = "endAssignment",
                .summary = "The subject is asked nothing by the plan any more",
                .good = {{204, "The plan is not the subject's any more"}}});
}

}  // namespace

void plan_routes(http::Router& router, App& app) {
    study_routes(router, app);
    subject_routes(router, app);
}

}  // namespace cohort::epro
