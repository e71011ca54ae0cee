// SPDX-License-Identifier: Apache-2.0
// The staff's side of answers: what came, and what it scores.
#include "cohort/epro/routes.h"
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

Result<json::object> response_json(db::Tx& tx, const Response& response, Instant at) {
    const Form form = TRY(get(tx, response.answered.questionnaire));
    json::array alerts;
    for (const Alert& alert : TRY(alerts_of(tx, response.answered.id)))
        alerts.push_back(to_json(alert, at));
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

}  // namespace

http::ScopeOf scope_of_response(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<ResponseId>("response"));
        const Response found = TRY(app.db.read([&](db::Tx& tx) { return get_response(tx, id); }));
        return http::Scope{.study = found.study, .site = found.site};
    };
}

void response_routes(http::Router& router, App& app) {
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

}  // namespace cohort::epro
