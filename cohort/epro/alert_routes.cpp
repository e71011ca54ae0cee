// SPDX-License-Identifier: Apache-2.0
// Who is called to which answers, who has been told, and who takes care of it.
#include <algorithm>

#include "cohort/epro/routes.h"
#include "cohort/identity/grants.h"

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

json::object to_json(const Step& step) {
    json::array people;
    for (const std::string& name : step.people) people.emplace_back(name);
    return {{"to", to_string(step.to)},
            {"people", std::move(people)},
            {"due_at", to_rfc3339(step.due_at)},
            {"done_at", to_rfc3339(step.done_at)}};
}

json::value next_of(const Alert& alert) {
    if (!alert.next_step_at) return nullptr;
    return json::object{{"to", to_string(alert.next_told())},
                        {"due_at", to_rfc3339(*alert.next_step_at)}};
}

json::value time_or_null(const std::optional<Instant>& at) {
    return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}

Schema told_schema() {
    std::vector<std::string> words;
    for (const Told told : {Told::site, Told::monitor, Told::safety_officer, Told::nobody})
        words.emplace_back(to_string(told));
    return Schema::one_of(std::move(words));
}

Schema step_schema() {
    return Schema::named(
        "AlertStep",
        Schema::object({has("to", told_schema()), has("people", Schema::list(Schema::text())),
                        has("due_at", Schema::instant()), has("done_at", Schema::instant())}));
}

Schema next_schema() {
    return Schema::named("NextAlertStep", Schema::object({has("to", told_schema()),
                                                          has("due_at", Schema::instant())}))
        .or_null();
}

Schema patience_schema() {
    return Schema::named("AlertPatience",
                         Schema::object({has("minutes", Schema::whole(1, patience_max))}));
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
            all.push_back(to_json(alert, request.received));
        return Reply::json(200, json::object{{"alerts", std::move(all)}});
    });
}

Result<Reply> post_acknowledge(App& app, Request& request) {
    const auto id = TRY(request.id_param<AlertId>("alert"));
    const std::string note = TRY(json::get_string(TRY(request.json_object()), "note"));
    const identity::Actor actor = identity::actor_of(request);
    const Alert alert =
        TRY(app.db.transact([&](db::Tx& tx) { return acknowledge(tx, id, note, actor); }));
    return Reply::json(200, to_json(alert, request.received));
}

// --- patience -----------------------------------------------------------------------------

Result<Reply> get_patience(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto minutes = TRY(app.db.read([&](db::Tx& tx) { return patience_of(tx, study); }));
    return Reply::json(200, json::object{{"minutes", minutes}});
}

Result<Reply> put_patience(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto minutes = TRY(json::get_int(TRY(request.json_object()), "minutes"));
    const identity::Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) { return set_patience(tx, study, minutes, actor); }));
    return Reply::json(200, json::object{{"minutes", minutes}});
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

void patience_routes(http::Router& router, App& app) {
    const Content patience = Content::json(patience_schema());
    router.add(Method::get, "/api/v1/studies/{study}/alert-patience",
               Access::needs(Permission::study_view, scope_of_study),
               [&app](Request& request) { return get_patience(app, request); },
               {.name = "readAlertPatience",
                .summary = "After how long an alert that nobody acknowledges is passed on",
                .good = {{200, "How long", patience}}});
    router.add(Method::put, "/api/v1/studies/{study}/alert-patience",
               Access::needs(Permission::study_build, scope_of_study),
               [&app](Request& request) { return put_patience(app, request); },
               {.name = "setAlertPatience",
                .summary = "Sets it, for every step that is planned from here on",
                .body = patience,
                .good = {{200, "How long", patience}}});
}

}  // namespace

json::object to_json(const Alert& alert, Instant at) {
    json::array steps;
    for (const Step& step : alert.steps) steps.push_back(to_json(step));
    const Instant until = alert.acknowledged_at.value_or(std::max(at, alert.raised_at));
    return {{"id", alert.id.text},
            {"study", alert.study.text},
            {"site", alert.site.text},
            {"subject", alert.subject.text},
            {"subject_key", alert.subject_key},
            {"response", alert.response.text},
            {"rule", alert.rule},
            {"raised_at", to_rfc3339(alert.raised_at)},
            {"due_at", to_rfc3339(alert.due_at)},
            {"waited_seconds", (until.ms - alert.raised_at.ms) / 1000},
            {"overdue", !alert.acknowledged_at && alert.due_at <= at},
            {"exhausted", alert.is_exhausted()},
            {"steps", std::move(steps)},
            {"next", next_of(alert)},
            {"acknowledged_at", time_or_null(alert.acknowledged_at)},
            {"acknowledged_by", alert.acknowledged_by},
            {"note", alert.note}};
}

Schema alert_schema() {
    return Schema::named(
        "PatientAlert",
        Schema::object({has("id", Schema::id()), has("study", Schema::id()),
                        has("site", Schema::id()), has("subject", Schema::id()),
                        has("subject_key", Schema::text()), has("response", Schema::id()),
                        has("rule", Schema::text()), has("raised_at", Schema::instant()),
                        has("due_at", Schema::instant()), has("waited_seconds", Schema::whole(0)),
                        has("overdue", Schema::boolean()), has("exhausted", Schema::boolean()),
                        has("steps", Schema::list(step_schema())), has("next", next_schema()),
                        has("acknowledged_at", Schema::instant().or_null()),
                        has("acknowledged_by", Schema::text()), has("note", Schema::text())}));
}

void alert_routes(http::Router& router, App& app) {
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
    patience_routes(router, app);
}

}  // namespace cohort::epro
