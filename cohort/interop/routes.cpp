// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/routes.h"

#include "weft/blocking.h"

#include "cohort/base/version.h"
#include "cohort/capture/matrix_store.h"
#include "cohort/identity/grants.h"
#include "cohort/interop/export.h"
#include "cohort/interop/file_name.h"
#include "cohort/platform/http/caching.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/sites/sites.h"
#include "cohort/study/definition_schema.h"
#include "cohort/study/store.h"

namespace cohort::interop {
namespace {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

/// What the caller may see of the study's people, as numbers.
Result<void> add_counts(db::Tx& tx, const Request& request, const study::Study& study,
                        json::object& out) {
    const auto rights = TRY(identity::rights_of(tx, request.principal().user, request.received));
    const auto visible =
        identity::sites_of(rights, Permission::study_view, study.id, request.received);
    subjects::Filter filter;
    filter.study = study.id;
    filter.sites = visible;
    const auto all = TRY(subjects::list(tx, filter, 0, 1'000'000));
    std::int64_t complete = 0;
    for (const auto& [subject, forms] : TRY(capture::form_states(tx, all)))
        for (const capture::FormState& form : forms)
            complete += form.state == capture::State::complete ? 1 : 0;
    out["sites"] = TRY(sites::of_study(tx, study.id, visible)).size();
    out["subjects"] = all.size();
    out["forms_complete"] = complete;
    return {};
}

std::vector<json::Member> study_members(Schema sites) {
    return {has("id", Schema::id()),
            has("oid", Schema::text()),
            has("name", Schema::text()),
            has("description", Schema::text()),
            has("protocol", Schema::text()),
            has("metadata_version", Schema::text()),
            has("sites", std::move(sites)),
            has("subjects", Schema::whole(0)),
            has("forms_complete", Schema::whole(0))};
}

Schema summary_schema() {
    return Schema::named("StudySummary", Schema::object(study_members(Schema::whole(0))));
}

Schema study_schema() {
    const Schema site = Schema::named(
        "Site", Schema::object({has("id", Schema::id()), has("oid", Schema::text()),
                                has("name", Schema::text()), has("time_zone", Schema::text())}));
    return Schema::named("Study", Schema::object(study_members(Schema::list(site))));
}

Schema imported_schema() {
    return Schema::named("Imported", Schema::object({has("study", summary_schema().or_null()),
                                                     has("report", report_schema())}));
}

Result<json::object> study_json(db::Tx& tx, const Request& request, const study::Study& study) {
    json::object out{{"id", study.id.text},
                     {"oid", study.oid},
                     {"name", study.name},
                     {"description", study.description},
                     {"protocol", study.protocol_name},
                     {"metadata_version", study.latest_version_oid}};
    TRY(add_counts(tx, request, study, out));
    return out;
}

Result<Reply> get_studies(App& app, Request& request) {
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto visible = identity::studies_of(rights, Permission::study_view, request.received);
        json::array studies;
        for (const study::Study& study : TRY(study::list(tx)))
            if (visible.covers(study.id)) studies.push_back(TRY(study_json(tx, request, study)));
        return Reply::json(200, json::object{{"studies", std::move(studies)}});
    });
}

Result<Reply> get_study(App& app, Request& request) {
    const auto id = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::object out = TRY(study_json(tx, request, TRY(study::get(tx, id))));
        const auto rights =
            TRY(identity::rights_of(tx, request.principal().user, request.received));
        const auto visible =
            identity::sites_of(rights, Permission::study_view, id, request.received);
        json::array all;
        for (const sites::Site& site : TRY(sites::of_study(tx, id, visible)))
            all.push_back(json::object{{"id", site.id.text},
                                       {"oid", site.oid},
                                       {"name", site.name},
                                       {"time_zone", site.time_zone}});
        out["sites"] = std::move(all);
        return Reply::json(200, out);
    });
}

/// The wanted version: by OID or id, the latest without one.
Result<MetadataVersionId> wanted_version(db::Tx& tx, const Request& request, const StudyId& study) {
    const auto wanted = request.query("version");
    if (!wanted || wanted->empty()) return study::latest_version(tx, study);
    for (const study::VersionRef& v : TRY(study::versions(tx, study)))
        if (v.oid == *wanted || v.id.text == *wanted) return v.id;
    return not_found("metadata-version", "The study has no such metadata version.");
}

Result<Reply> get_definition(App& app, Request& request) {
    const auto id = TRY(request.id_param<StudyId>("study"));
    std::shared_ptr<const study::Definition> definition;
    std::string tag;
    TRY(app.db.read([&](db::Tx& tx) -> Result<void> {
        TRY(study::get(tx, id));
        const auto version = TRY(wanted_version(tx, request, id));
        // A version never changes, but how this software writes it may.
        tag = "\"" + version.text + "-" + software_version() + "\"";
        if (!http::has_already(request, tag)) definition = TRY(study::definition(tx, version));
        return {};
    }));
    Reply reply = definition ? Reply::json(200, study::to_json(*definition)) : Reply::empty(304);
    http::keep_privately(reply, std::move(tag));
    return reply;
}

Result<void> require_xml(const Request& request) {
    const auto type = request.header("content-type").value_or("");
    const auto media = type.substr(0, type.find(';'));
    if (media == "application/xml" || media == "text/xml") return {};
    return invalid("wrong-content-type", "The body must be ODM: Content-Type application/xml.");
}

/// The study a client goes to next: what the file brought, else what it added to.
Result<json::value> main_study(db::Tx& tx, const Request& request, const Report& report) {
    const ReportedStudy* main = nullptr;
    for (const ReportedStudy& s : report.studies)
        if (!main || (s.created && !main->created)) main = &s;
    if (!main) return json::value(nullptr);
    return json::value(TRY(study_json(tx, request, TRY(study::get(tx, main->id)))));
}

Result<Reply> post_study(App& app, Request& request) {
    TRY(require_xml(request));
    ImportOptions options;
    options.actor = identity::actor_of(request);
    if (const auto site = request.query("site"); site && !site->empty()) {
        auto id = parse_id<SiteId>(*site);
        if (!id) return not_found("site", "There is no such site.");
        options.site = std::move(*id);
    }
    const ParsedFile parsed =
        TRY(weft::blocking("read an ODM file", [&] { return parse_odm(request.body); }));
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            const Report report = TRY(import_odm(unit, parsed, options));
            json::value study = TRY(main_study(unit, request, report));
            return Reply::json(
                201, json::object{{"study", std::move(study)}, {"report", to_json(report)}});
        });
    });
}

Result<Reply> get_export(App& app, Request& request) {
    const auto id = TRY(request.id_param<StudyId>("study"));
    std::string oid;
    const OdmFile file = TRY(app.db.read([&](db::Tx& tx) -> Result<OdmFile> {
        oid = TRY(study::get(tx, id)).oid;
        return export_studies(tx, {id}, request.received);
    }));
    auto text = weft::blocking("write an ODM file", [&] { return to_xml(file); });
    Reply reply = Reply::bytes(200, "application/xml; charset=utf-8", std::move(text));
    reply.set("Content-Disposition", "attachment; filename=\"" + file_name(oid) + ".xml\"");
    return reply;
}

}  // namespace

void routes(http::Router& router, App& app) {
    const auto handler = [&app](Result<Reply> (*f)(App&, Request&)) {
        return [&app, f](Request& request) { return f(app, request); };
    };
    const Content studies = Content::json(
        Schema::named("Studies", Schema::object({has("studies", Schema::list(summary_schema()))})));
    router.add(Method::get, "/api/v1/studies", Access::signed_in(), handler(get_studies),
               {.name = "listStudies",
                .summary = "The studies the caller may see",
                .good = {{200, "All of them", studies}}});
    router.add(Method::post, "/api/v1/studies",
               Access::needs(Permission::study_build, http::whole_system), handler(post_study),
               {.name = "importStudy",
                .summary = "Imports an ODM file: a study, a new version of one, or its data",
                .query = {{.name = "site",
                           .what = "The site of subjects of whom the file says none",
                           .schema = Schema::id()}},
                .body = Content::of("application/xml"),
                .good = {{201, "What the file held", Content::json(imported_schema())}},
                .takes_key = true,
                .body_bytes_max = std::size_t{64} << 20,
                .deadline = std::chrono::minutes(2)});
    router.add(Method::get, "/api/v1/studies/{study}",
               Access::needs(Permission::study_view, scope_of_study), handler(get_study),
               {.name = "readStudy",
                .summary = "One study with its sites",
                .good = {{200, "The study", Content::json(study_schema())}}});
    router.add(Method::get, "/api/v1/studies/{study}/definition",
               Access::needs(Permission::study_view, scope_of_study), handler(get_definition),
               {.name = "readDefinition",
                .summary = "Everything the study asks: events, forms, items, checks, code lists",
                .query = {{.name = "version",
                           .what = "Another metadata version than the latest, by OID or id"}},
                .good = {{200, "The version", Content::json(study::definition_schema())},
                         {304, "The caller has it already"}}});
    router.add(Method::get, "/api/v1/studies/{study}/export.xml",
               Access::needs(Permission::export_run, scope_of_study), handler(get_export),
               {.name = "exportStudy",
                .summary = "The study as ODM 1.3.2, with everything recorded",
                .good = {{200, "An ODM file", Content::of("application/xml")}},
                .deadline = std::chrono::minutes(2),
                .priority = resilience::Priority::bulk});
}

}  // namespace cohort::interop
