// SPDX-License-Identifier: Apache-2.0
// Jobs to be looked at, and what they made.
#include "cohort/audit/audit.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/platform/jobs/history.h"
#include "cohort/platform/jobs/ledger.h"
#include "cohort/steering/job_json.h"
#include "cohort/steering/routes.h"

namespace cohort::steering {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using jobs::Job;
using json::has;
using json::Schema;

namespace {

// Where the caller may see jobs; nothing: everywhere.
Result<std::optional<std::vector<jobs::Place>>> visible_places(db::Tx& tx, const Request& request) {
    const auto rights = TRY(identity::rights_of(tx, request.principal().user, request.received));
    std::vector<jobs::Place> places;
    for (const identity::Allowed& one : identity::list_allowed(rights, request.received)) {
        if (one.permission != Permission::job_view) continue;
        if (!one.study) return std::optional<std::vector<jobs::Place>>();
        places.push_back({one.study, one.site});
    }
    return std::optional(std::move(places));
}

Result<jobs::JobFilter> filter_of(const Request& request) {
    jobs::JobFilter filter;
    filter.kind = request.query("kind").value_or("");
    if (const auto study = request.query("study"); study && !study->empty()) {
        auto id = parse_id<StudyId>(*study);
        if (!id) return not_found("study", "There is no such study.");
        filter.study = std::move(*id);
    }
    if (const auto parent = request.query("parent"); parent && !parent->empty()) {
        auto id = parse_id<JobId>(*parent);
        if (!id) return not_found("job", "There is no such job.");
        filter.parent = std::move(*id);
    }
    filter.hides_parts = !filter.parent;
    const auto state = request.query("state").value_or("");
    if (state == "live") filter.live = true;
    if (state == "over") filter.live = false;
    if (!state.empty() && !filter.live)
        return invalid("bad-query", "The state of a list is live or over.");
    return filter;
}

Result<Reply> get_jobs(App& app, Request& request) {
    jobs::JobFilter filter = TRY(filter_of(request));
    const auto offset = TRY(request.query_int("offset"));
    const auto limit = TRY(request.query_int("limit"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        filter.places = TRY(visible_places(tx, request));
        json::array all;
        for (const Job& job : TRY(jobs::list(tx, filter, offset, limit)))
            all.push_back(TRY(job_json(tx, job)));
        return Reply::json(
            200, json::object{{"jobs", std::move(all)}, {"total", TRY(jobs::count(tx, filter))}});
    });
}

Result<Reply> get_job(App& app, Request& request) {
    const auto id = TRY(request.id_param<JobId>("job"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        return Reply::json(200, TRY(report_json(tx, TRY(jobs::get(tx, id)))));
    });
}

// Whether the caller may know whom the items of a job are about: all of its subjects, as a job of a
// whole study cannot be narrowed to one of its sites.
Result<bool> may_read_names(db::Tx& tx, const Request& request, const JobId& id) {
    const http::Scope scope = scope_of(TRY(jobs::get(tx, id)));
    const auto rights = TRY(identity::rights_of(tx, request.principal().user, request.received));
    if (!scope.study)
        return identity::studies_of(rights, Permission::subject_view, request.received).all;
    const auto sites =
        identity::sites_of(rights, Permission::subject_view, *scope.study, request.received);
    return scope.site ? sites.covers(*scope.site) : sites.all;
}

Result<Reply> get_items(App& app, Request& request) {
    const auto id = TRY(request.id_param<JobId>("job"));
    const auto state = jobs::parse_item_state(request.query("state").value_or("failed"));
    if (!state) return invalid("bad-query", "There is no such state of an item.");
    jobs::ItemFilter filter{.state = *state, .after = TRY(request.query_int("after"))};
    if (const auto code = request.query("code")) filter.code = *code;
    const auto limit = TRY(request.query_int("limit"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const bool with_names = TRY(may_read_names(tx, request, id));
        json::array all;
        for (const jobs::Item& item : TRY(jobs::items(tx, id, filter, limit)))
            all.push_back(item_json(item, with_names));
        return Reply::json(200, json::object{{"items", std::move(all)}});
    });
}

// A result leaves the house, so it is recorded before it does.
Result<Reply> get_result(App& app, Request& request) {
    const auto id = TRY(request.id_param<JobId>("job"));
    const std::string& text = request.param("item");
    const bool is_number = !text.empty() && text.size() < 18 &&
                           text.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number) return not_found("job-result", "There is no such result.");
    const std::int64_t number = std::stoll(text);
    Job job;
    jobs::ResultFile file = TRY(app.db.read([&](db::Tx& tx) -> Result<jobs::ResultFile> {
        job = TRY(jobs::get(tx, id));
        return jobs::get_result(tx, id, number);
    }));
    const identity::Actor actor = identity::actor_of(request);
    TRY(app.db.transact([&](db::Tx& tx) -> Result<void> {
        auto entry = identity::entry_of(actor, "job.result.read", id.text);
        entry.study = job.study;
        entry.site = job.site;
        entry.detail = {{"item", number}, {"bytes", file.text.size()}};
        TRY(audit::append(tx, entry));
        return {};
    }));
    Reply reply = Reply::bytes(200, file.media_type + "; charset=utf-8", std::move(file.text));
    reply.set("Content-Disposition", "attachment; filename=\"" + file.name + "\"");
    return reply;
}

std::vector<http::Query> list_query() {
    return http::paging(50, 200,
                        {{.name = "study", .what = "Only of this study", .schema = Schema::id()},
                         {.name = "kind", .what = "Only of this kind"},
                         {.name = "parent",
                          .what = "The parts of this job; without it they are left out where the "
                                  "whole is shown",
                          .schema = Schema::id()},
                         {.name = "state",
                          .what = "Only those that are live, or over",
                          .schema = Schema::one_of({"live", "over"})}});
}

std::vector<http::Query> item_query() {
    return {{.name = "state",
             .what = "Where they are; failed without it",
             .schema =
                 Schema::one_of({"pending", "in_flight", "done", "failed", "skipped", "unknown"})},
            {.name = "code", .what = "Only for this reason"},
            {.name = "after",
             .what = "Only with a higher number",
             .schema = Schema::whole(0, 1'000'000'000),
             .fallback = 0},
            {.name = "limit",
             .what = "How many to answer with",
             .schema = Schema::whole(1, 500),
             .fallback = 100}};
}

}  // namespace

void job_routes(http::Router& router, App& app) {
    const auto sees = [&] { return Access::needs(Permission::job_view, scope_of_job(app.db)); };
    router.add(Method::get, "/api/v1/jobs", Access::signed_in(),
               [&app](Request& request) { return get_jobs(app, request); },
               {.name = "listJobs",
                .summary = "The jobs the caller may see, newest first",
                .query = list_query(),
                .good = {{200, "Some of them",
                          Content::json(Schema::named(
                              "Jobs", Schema::object({has("jobs", Schema::list(job_schema())),
                                                      has("total", Schema::whole(0))})))}},
                .problems = {404}});
    router.add(Method::get, "/api/v1/jobs/{job}", sees(),
               [&app](Request& request) { return get_job(app, request); },
               {.name = "readJob",
                .summary = "One job: counts, speed, why items did not end well, how much when",
                .good = {{200, "As it is now", Content::json(report_schema())}}});
    router.add(Method::get, "/api/v1/jobs/{job}/items", sees(),
               [&app](Request& request) { return get_items(app, request); },
               {.name = "listItems",
                .summary = "Items of a job in one state, by number",
                .query = item_query(),
                .good = {{200, "Some of them",
                          Content::json(Schema::named(
                              "JobItems",
                              Schema::object({has("items", Schema::list(item_schema()))})))}}});
    router.add(Method::get, "/api/v1/jobs/{job}/items/{item}/result",
               Access::needs(Permission::export_run, scope_of_job(app.db)),
               [&app](Request& request) { return get_result(app, request); },
               {.name = "readResult",
                .summary = "What an item of a job made",
                .good = {{200, "The file", Content::of("application/xml")},
                         {200, "The file", Content::of("application/json")}},
                .deadline = std::chrono::minutes(2),
                .priority = resilience::Priority::bulk});
}

}  // namespace cohort::steering
