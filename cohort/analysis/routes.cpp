// SPDX-License-Identifier: Apache-2.0
#include "cohort/analysis/routes.h"

#include <algorithm>
#include <utility>

#include "weft/blocking.h"

#include "cohort/analysis/job.h"
#include "cohort/analysis/store.h"
#include "cohort/analysis/zip.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/sites/sites.h"
#include "cohort/steering/started.h"

namespace cohort::analysis {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

Result<Reply> post_analysis(App& app, jobs::Engine& engine, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const identity::Actor actor = identity::actor_of(request);
    auto reply = app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            return steering::started(TRY(start_analysis(unit, study, actor)));
        });
    });
    if (reply) engine.nudge();
    return reply;
}

// --- what there is ------------------------------------------------------------------------

Result<json::object> site_json(db::Tx& tx, const StudyId& study, const sites::Site& site) {
    json::object out{{"site", site.id.text},    {"oid", site.oid}, {"name", site.name},
                     {"made_at", nullptr},      {"job", nullptr},  {"counts", nullptr},
                     {"study_version", nullptr}};
    const auto run = get_run(tx, study, site.id);
    if (!run && run.error().kind == ErrorKind::not_found) return out;
    TRY(run);
    const json::object manifest =
        TRY(json::as_object(TRY(json::parse(run->manifest)), "a manifest"));
    out["made_at"] = to_rfc3339(run->made_at);
    out["job"] = run->job.text;
    out["counts"] = manifest.at("counts");
    out["study_version"] = manifest.at("study_version");
    return out;
}

Result<Reply> get_analyses(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto mine =
            identity::sites_of(rights, Permission::export_run, study, request.received);
        json::array all;
        for (const sites::Site& site : TRY(sites::of_study(tx, study, mine)))
            all.push_back(TRY(site_json(tx, study, site)));
        return Reply::json(200, json::object{{"sites", std::move(all)}});
    });
}

Schema sites_schema() {
    const Schema tally = Schema::named("AnalysisTally", Schema::object({
                                                            has("read", Schema::whole(0)),
                                                            has("structured", Schema::whole(0)),
                                                            has("left_out", Schema::whole(0)),
                                                        }));
    const Schema counts = Schema::named(
        "AnalysisCounts",
        Schema::object(
            {has("forms", Schema::object(
                              {has("read", Schema::whole(0)), has("structured", Schema::whole(0)),
                               has("left_out", Schema::whole(0)), has("open", Schema::whole(0))})),
             has("responses", tally), has("rows", tally), has("values", tally)}));
    const Schema site = Schema::named(
        "SiteAnalysis",
        Schema::object({has("site", Schema::id()), has("oid", Schema::text()),
                        has("name", Schema::text()), has("made_at", Schema::instant().or_null()),
                        has("job", Schema::id().or_null()), has("counts", counts.or_null()),
                        has("study_version", Schema::text().or_null())}));
    return Schema::named("SiteAnalyses", Schema::object({has("sites", Schema::list(site))}));
}

// --- the files ----------------------------------------------------------------------------

// They leave the house, so that is recorded before they do.
Result<Reply> get_archive(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto site = TRY(request.id_param<SiteId>("site"));
    Run run;
    const auto files = TRY(app.db.read([&](db::Tx& tx) -> Result<std::vector<File>> {
        run = TRY(get_run(tx, study, site));
        return files_of(tx, run);
    }));
    auto zip = TRY(weft::blocking("write an archive", [&] { return to_zip(files); }));
    const identity::Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) -> Result<void> {
        auto entry = identity::entry_of(actor, "analysis.read", run.id);
        entry.study = study;
        entry.site = site;
        entry.detail = {{"bytes", zip.size()}};
        TRY(audit::append(tx, entry));
        return {};
    }));
    Reply reply = Reply::bytes(200, "application/zip", std::move(zip));
    reply.set("Content-Disposition", "attachment; filename=\"analysis.zip\"");
    return reply;
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

http::ScopeOf scope_of_site(App& app) {
    return [&app](Request& request) -> Result<http::Scope> {
        const auto study = TRY(request.id_param<StudyId>("study"));
        const auto site = TRY(request.id_param<SiteId>("site"));
        const auto sites = TRY(app.db.read([&](db::Tx& tx) { return sites::of_study(tx, study); }));
        if (std::ranges::find(sites, site, &sites::Site::id) == sites.end())
            return not_found("site", "This site takes no part in the study.");
        return http::Scope{.study = study, .site = site};
    };
}

}  // namespace

void routes(http::Router& router, App& app, jobs::Engine& engine) {
    router.add(Method::post, "/api/v1/studies/{study}/analyses",
               Access::needs(Permission::export_run, scope_of_study),
               [&app, &engine](Request& request) { return post_analysis(app, engine, request); },
               {.name = "startAnalysis",
                .summary = "Makes tables for analysis of what every site recorded, as a job",
                .good = steering::started_answers(),
                .problems = {422},
                .takes_key = true});
    router.add(Method::get, "/api/v1/studies/{study}/analyses",
               Access::needs(Permission::subject_view, scope_of_study),
               [&app](Request& request) { return get_analyses(app, request); },
               {.name = "listAnalyses",
                .summary = "When tables were made of which site, and how their counts add up",
                .good = {{200, "The sites whose tables the caller may have",
                          Content::json(sites_schema())}}});
    router.add(Method::get, "/api/v1/studies/{study}/sites/{site}/analysis.zip",
               Access::needs(Permission::export_run, scope_of_site(app)),
               [&app](Request& request) { return get_archive(app, request); },
               {.name = "readAnalysis",
                .summary = "The tables last made of a site: CSV, SQL, and what is in them",
                .good = {{200, "A ZIP archive", Content::of("application/zip")}},
                .deadline = std::chrono::minutes(2),
                .priority = resilience::Priority::bulk});
}

}  // namespace cohort::analysis
