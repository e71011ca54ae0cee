// SPDX-License-Identifier: Apache-2.0
// A record's life: who changed what, its way through the stages, and its archived versions.
#include "cohort/capture/archive.h"
#include "cohort/capture/audit_trail.h"
#include "cohort/capture/people.h"
#include "cohort/capture/routes.h"
#include "cohort/capture/schemas.h"

namespace cohort::capture {

using http::Reply;

static constexpr int stages_shown_max = 200;

static Result<audit::Filter> filter_of(const http::Request& request) {
    audit::Filter filter;
    filter.form_id = TRY(request.id_param<FormId>("form"));
    filter.item = request.query("item").value_or("");
    filter.group = request.query("group").value_or("");
    filter.group_repeat = request.query("repeat").value_or("");
    return filter;
}

static Result<json::array> records_of(db::Tx& tx, const std::vector<audit::Record>& records) {
    People people(tx);
    json::array out;
    for (const audit::Record& record : records) {
        json::object one = to_json(record);
        one["who_id"] = record.entry.actor;
        one["who"] = TRY(people.name_of(record.entry.actor));
        out.push_back(std::move(one));
    }
    return out;
}

static Result<json::array> all_stages(db::Tx& tx, const FormId& form) {
    json::array out;
    for (const VersionStages& version : TRY(stages_of(tx, form, stages_shown_max))) {
        for (const json::value& stage : to_json(version.stages)) {
            json::object one = stage.get_object();
            one["version"] = version.version;
            out.push_back(std::move(one));
        }
    }
    return out;
}

static Result<Reply> get_history(App& app, http::Request& request) {
    const audit::Filter filter = TRY(filter_of(request));
    const audit::Page page{.offset = TRY(request.query_int("offset")),
                           .limit = TRY(request.query_int("limit"))};
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const audit::History history = TRY(audit::history(tx, filter, page));
        return Reply::json(200, json::object{{"records", TRY(records_of(tx, history.records))},
                                             {"total", history.total},
                                             {"stages", TRY(all_stages(tx, filter.form_id))}});
    });
}

static Result<Reply> get_archive(App& app, http::Request& request) {
    const auto form = TRY(request.id_param<FormId>("form"));
    std::int64_t version = -1;
    const std::string& text = request.param("version");
    for (const char c : text)
        version = c >= '0' && c <= '9' && text.size() < 18
                      ? std::max<std::int64_t>(version, 0) * 10 + (c - '0')
                      : -1;
    const auto archive = TRY(app.db.read(
        [&](db::Tx& tx) { return archive_of(tx, form, std::max<std::int64_t>(version, 0)); }));
    if (!archive) return not_found("archive", "This version of the form was never complete.");
    if (!is_intact(*archive))
        return internal("archive-broken", "The archived text does not have its digest any more.");
    Reply reply = Reply::bytes(200, "application/json", archive->document);
    reply.set("X-Content-Digest", "sha-256=" + archive->head.digest);
    return reply;
}

void life_routes(http::Router& router, App& app, const std::shared_ptr<Heads>& heads) {
    const auto access = [&] {
        return http::Access::needs(http::Permission::form_view, scope_of_form(app, heads));
    };
    router.add(http::Method::get, "/api/v1/forms/{form}/history", access(),
               [&app](http::Request& request) { return get_history(app, request); },
               {.name = "readHistory",
                .summary = "Who changed what in a form and why, and its way through the stages",
                .query = http::paging(500, 1000,
                                      {{.name = "item", .what = "Only this item"},
                                       {.name = "group", .what = "Only this item group"},
                                       {.name = "repeat", .what = "Only this row of it"}}),
                .good = {{200, "Newest first", http::Content::json(history_schema())}}});
    router.add(http::Method::get, "/api/v1/forms/{form}/archive/{version}", access(),
               [&app](http::Request& request) { return get_archive(app, request); },
               {.name = "readArchive",
                .summary = "A completed version as it was archived, word for word",
                .good = {{200, "Its digest is in X-Content-Digest",
                          http::Content::json(json::Schema::map(json::Schema::any()))}}});
}

}  // namespace cohort::capture
