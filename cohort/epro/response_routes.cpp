// SPDX-License-Identifier: Apache-2.0
// The staff's side of answers: what came, what it scores, and who is called to it.
#include "cohort/audit/audit.h"
#include "cohort/epro/routes.h"
#include "cohort/identity/grants.h"
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

namespace {

// --- as JSON ------------------------------------------------------------------------------

json::object alert_json(const Alert& alert, Instant at) {
    return {
        {"id", alert.id.text},
        {"study", alert.study.text},
        {"site", alert.site.text},
        {"subject", alert.subject.text},
        {"response", alert.response.text},
        {"rule", alert.rule},
        {"raised_at", to_rfc3339(alert.raised_at)},
        {"due_at", to_rfc3339(alert.due_at)},
        {"overdue", !alert.acknowledged_at && alert.due_at <= at},
        {"acknowledged_at", alert.acknowledged_at ? json::value(to_rfc3339(*alert.acknowledged_at))
                                                  : json::value(nullptr)},
        {"acknowledged_by", alert.acknowledged_by},
        {"note", alert.note}};
}

Schema alert_schema() {
    return Schema::named(
        "PatientAlert",
        Schema::object({has("id", Schema::id()), has("study", Schema::id()),
                        has("site", Schema::id()), has("subject", Schema::id()),
                        has("response", Schema::id()), has("rule", Schema::text()),
                        has("raised_at", Schema::instant()), has("due_at", Schema::instant()),
                        has("overdue", Schema::boolean()),
                        has("acknowledged_at", Schema::instant().or_null()),
                        has("acknowledged_by", Schema::text()), has("note", Schema::text())}));
}

Result<json::object> response_json(db::Tx& tx, const Response& response, Instant at) {
    const Form form = TRY(get(tx, response.answered.questionnaire));
    json::array alerts;
    for (const Alert& alert : TRY(alerts_of(tx, response.answered.id)))
        alerts.push_back(alert_json(alert, at));
    return json::object{{"id", response.answered.id.text},
                        {"study", response.study.text},
                        {"site", response.site.text},
                        {"subject", response.subject.text},
                        {"plan", response.answered.plan.text},
                        {"number", response.answered.number},
                        {"questionnaire", form.id.text},
                        {"title", form.title},
                        {"version", form.version},
                        {"language", response.language},
                        {"authored", response.authored},
                        {"received_at", to_rfc3339(response.answered.received_at)},
                        {"late", response.answered.is_late},
                        {"scoring", response.scoring},
                        {"scores", to_json(response.scores)},
                        {"alerts", std::move(alerts)}};
}

Schema response_schema() {
    return Schema::named(
        "PatientResponse",
        Schema::object({has("id", Schema::id()), has("study", Schema::id()),
                        has("site", Schema::id()), has("subject", Schema::id()),
                        has("plan", Schema::id()), has("number", Schema::whole(1)),
                        has("questionnaire", Schema::id()), has("title", Schema::text()),
                        has("version", Schema::text()), has("language", Schema::text()),
                        has("authored", Schema::text()), has("received_at", Schema::instant()),
                        has("late", Schema::boolean()), has("scoring", Schema::text()),
                        has("scores", scores_schema()),
                        has("alerts", Schema::list(alert_schema()))}));
}

// --- responses ----------------------------------------------------------------------------

Result<Reply> get_responses(App& app, Request& request) {
    const auto id = TRY(request.id_param<SubjectId>("subject"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array all;
        for (const Answered& one : TRY(answered_by(tx, id)))
            all.push_back(TRY(response_json(tx, TRY(get_response(tx, one.id)), request.received)));
        return Reply::json(200, json::object{{"responses", std::move(all)}});
    });
}

Result<Reply> get_one(App& app, Request& request) {
    const auto id = TRY(request.id_param<ResponseId>("response"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        return Reply::json(200,
                           TRY(response_json(tx, TRY(get_response(tx, id)), request.received)));
    });
}

Result<Reply> get_body(App& app, Request& request) {
    const auto id = TRY(request.id_param<ResponseId>("response"));
    return Reply::bytes(200, "application/fhir+json",
                        TRY(app.db.read([&](db::Tx& tx) { return response_body(tx, id); })));
}

// --- alerts -------------------------------------------------------------------------------

Result<Reply> get_alerts(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto shown =
        request.query("state").value_or("open") == "all" ? AlertsShown::all : AlertsShown::open;
    const auto limit = TRY(request.query_int("limit"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto sites =
            identity::sites_of(rights, Permission::form_view, study, request.received);
        json::array all;
        for (const Alert& alert : TRY(alerts_of(tx, study, shown, sites, limit)))
            all.push_back(alert_json(alert, request.received));
        return Reply::json(200, json::object{{"alerts", std::move(all)}});
    });
}

Result<Reply> post_acknowledge(App& app, Request& request) {
    const auto id = TRY(request.id_param<AlertId>("alert"));
    const std::string note = TRY(json::get_string(TRY(request.json_object()), "note"));
    const Actor actor = identity::actor_of(request);
    const Alert alert =
        TRY(app.db.transact([&](db::Tx& tx) { return acknowledge(tx, id, note, actor); }));
    return Reply::json(200, alert_json(alert, request.received));
}

// --- the routes ---------------------------------------------------------------------------

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

http::ScopeOf scope_of_alert(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<AlertId>("alert"));
        const Alert found = TRY(app.db.read([&](db::Tx& tx) { return get_alert(tx, id); }));
        return http::Scope{.study = found.study, .site = found.site};
    };
}

void reading_routes(http::Router& router, App& app) {
    const auto sees = [&] { return Access::needs(Permission::form_view, scope_of_response(app)); };
    router.add(
        Method::get, "/api/v1/subjects/{subject}/responses",
        Access::needs(Permission::form_view, subjects::scope_of_subject(app)),
        [&app](Request& request) { return get_responses(app, request); },
        {.name = "listResponses",
         .summary = "What a subject has answered, with scores and alerts",
         .good = {{200, "By the time at which they came",
                   Content::json(Schema::named(
                       "PatientResponses",
                       Schema::object({has("responses", Schema::list(response_schema()))})))}}});
    router.add(Method::get, "/api/v1/responses/{response}", sees(),
               [&app](Request& request) { return get_one(app, request); },
               {.name = "readResponse",
                .summary = "One response with its scores and alerts",
                .good = {{200, "The response", Content::json(response_schema())}}});
    router.add(Method::get, "/api/v1/responses/{response}/fhir.json", sees(),
               [&app](Request& request) { return get_body(app, request); },
               {.name = "exportResponse",
                .summary = "One response as FHIR R4, every element and digit as it was sent",
                .good = {{200, "A QuestionnaireResponse", Content::of("application/fhir+json")}}});
}

}  // namespace

http::ScopeOf scope_of_response(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<ResponseId>("response"));
        const Response found = TRY(app.db.read([&](db::Tx& tx) { return get_response(tx, id); }));
        return http::Scope{.study = found.study, .site = found.site};
    };
}

void response_routes(http::Router& router, App& app) {
    reading_routes(router, app);
    router.add(Method::get, "/api/v1/studies/{study}/patient-alerts",
               Access::needs(Permission::form_view, scope_of_study),
               [&app](Request& request) { return get_alerts(app, request); },
               {.name = "listPatientAlerts",
                .summary = "Who is called to which response, at the sites that the caller may see",
                .query = {{.name = "state",
                           .what = "open (without it) or all",
                           .schema = Schema::one_of({"open", "all"})},
                          {.name = "limit",
                           .what = "How many to answer with",
                           .schema = Schema::whole(1, 1000),
                           .fallback = 200}},
                .good = {{200, "Those that nobody has taken first, the oldest before all",
                          Content::json(Schema::named(
                              "PatientAlerts",
                              Schema::object({has("alerts", Schema::list(alert_schema()))})))}}});
    router.add(Method::post, "/api/v1/patient-alerts/{alert}/acknowledge",
               Access::needs(Permission::form_edit, scope_of_alert(app)),
               [&app](Request& request) { return post_acknowledge(app, request); },
               {.name = "acknowledgePatientAlert",
                .summary = "Takes care of an alert, and says how",
                .body = Content::json(Schema::named("Acknowledgement",
                                                    Schema::object({has("note", Schema::text())}))),
                .good = {{200, "The alert", Content::json(alert_schema())}},
                .problems = {409, 422}});
}

}  // namespace cohort::epro
