// SPDX-License-Identifier: Apache-2.0
#include "cohort/interop/export_schedule.h"

#include "cohort/audit/audit.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/interop/export_job.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/jobs/schedule_json.h"
#include "cohort/study/store.h"

namespace cohort::interop {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using jobs::Schedule;
using json::has;
using json::Schema;
using json::wish;

namespace {

constexpr std::int64_t schedules_max = 200;
// --- as JSON ------------------------------------------------------------------------------

Result<json::object> schedule_json(db::Tx& tx, const Schedule& schedule) {
    json::object out = TRY(jobs::times_json(tx, schedule));
    out["id"] = schedule.id.text;
    out["name"] = schedule.name;
    out["each"] = TRY(json::get_string(schedule.input, "each"));
    out["missed"] = to_string(schedule.missed);
    return out;
}

Schema each_schema() {
    return Schema::one_of({"study", "subject"});
}
Schema missed_schema() {
    return Schema::one_of({"skip", "one", "all"});
}

Schema schedule_schema() {
    auto members = jobs::times_members();
    members.push_back(has("id", Schema::id()));
    members.push_back(has("name", Schema::text()));
    members.push_back(has("each", each_schema()));
    members.push_back(has("missed", missed_schema()));
    return Schema::named("Schedule", Schema::object(std::move(members)));
}

Schema new_schedule_schema() {
    auto members = jobs::daily_members();
    members.push_back(has("name", Schema::text()));
    members.push_back(wish("each", each_schema()));
    members.push_back(wish("missed", missed_schema()));
    return Schema::named("NewSchedule", Schema::object(std::move(members)));
}

// --- the routes ---------------------------------------------------------------------------

Result<void> record(db::Tx& tx, const identity::Actor& actor, const char* action,
                    const Schedule& schedule) {
    auto entry = identity::entry_of(actor, action, schedule.id.text);
    entry.study = schedule.study;
    entry.detail = {
        {"kind", schedule.kind}, {"minute", schedule.when.minute}, {"zone", schedule.when.zone}};
    TRY(audit::append(tx, entry));
    return {};
}

Result<jobs::NewSchedule> wish_of(const Request& request) {
    const json::object body = TRY(request.json_object());
    jobs::NewSchedule wish{.kind = export_kind_name};
    wish.study = TRY(request.id_param<StudyId>("study"));
    wish.name = TRY(json::get_string(body, "name"));
    wish.input["each"] = TRY(json::find_string(body, "each")).value_or("study");
    wish.when = TRY(jobs::daily_of(body));
    const auto missed = jobs::parse_missed(TRY(json::find_string(body, "missed")).value_or("one"));
    wish.missed = missed.value_or(jobs::Missed::one);
    wish.created_by = request.principal().user.text;
    return wish;
}

Result<Reply> post_schedule(App& app, Request& request) {
    const jobs::NewSchedule wish = TRY(wish_of(request));
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            TRY(study::get(unit, wish.study));
            const auto id = TRY(jobs::add_schedule(unit, wish));
            const Schedule schedule = TRY(jobs::get_schedule(unit, id));
            TRY(record(unit, actor, "schedule.added", schedule));
            Reply reply = Reply::json(201, TRY(schedule_json(unit, schedule)));
            reply.set("Location", "/api/v1/schedules/" + id.text);
            return reply;
        });
    });
}

Result<Reply> get_schedules(App& app, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array all;
        for (const Schedule& schedule :
             TRY(jobs::schedules(tx, study, export_kind_name, schedules_max)))
            all.push_back(TRY(schedule_json(tx, schedule)));
        return Reply::json(200, json::object{{"schedules", std::move(all)}});
    });
}

Result<Reply> delete_schedule(App& app, Request& request) {
    const auto id = TRY(request.id_param<ScheduleId>("schedule"));
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) -> Result<Reply> {
        const Schedule schedule = TRY(jobs::get_schedule(tx, id));
        TRY(jobs::stop_schedule(tx, id));
        if (schedule.next) TRY(record(tx, actor, "schedule.stopped", schedule));
        return Reply::empty(204);
    });
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

http::ScopeOf scope_of_schedule(db::Db& db) {
    return [&db](Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<ScheduleId>("schedule"));
        const Schedule schedule =
            TRY(db.read([&](db::Tx& tx) { return jobs::get_schedule(tx, id); }));
        if (schedule.kind != export_kind_name)
            return not_found("schedule", "There is no such schedule.");
        return http::Scope{.study = schedule.study, .site = {}};
    };
}

}  // namespace

Result<JobId> start_scheduled_export(db::Tx& tx, const Schedule& schedule) {
    const std::string each = TRY(json::get_string(schedule.input, "each"));
    identity::Actor actor;
    actor.user = UserId{schedule.created_by};
    actor.how = schedule.id.text;
    const Instant at = now();
    const auto rights = TRY(identity::rights_of(tx, actor.user, at));
    const http::Scope whole_study{.study = schedule.study, .site = {}};
    const auto may = identity::decide(rights, Permission::export_run, whole_study, at);
    if (may.verdict != identity::Verdict::allowed || !may.role)
        return refused("schedule-not-allowed", "Who made the schedule may not export any more.");
    actor.role = identity::to_string(*may.role);
    const ExportWish wish{.study = schedule.study,
                          .each = each == "subject" ? Each::subject : Each::study};
    return TRY(start_export(tx, wish, actor)).id;
}

void schedule_routes(http::Router& router, App& app) {
    const char* const path = "/api/v1/studies/{study}/exports/schedules";
    router.add(
        Method::get, path, Access::needs(Permission::export_run, scope_of_study),
        [&app](Request& request) { return get_schedules(app, request); },
        {.name = "listSchedules",
         .summary = "When exports of a study start by themselves, by the next time",
         .good = {{200, "All of them",
                   Content::json(Schema::named(
                       "Schedules",
                       Schema::object({has("schedules", Schema::list(schedule_schema()))})))}}});
    router.add(Method::post, path, Access::needs(Permission::export_run, scope_of_study),
               [&app](Request& request) { return post_schedule(app, request); },
               {.name = "addSchedule",
                .summary = "Exports the study at a time of day by the clocks of a place",
                .body = Content::json(new_schedule_schema()),
                .good = {{201, "The schedule", Content::json(schedule_schema())}},
                .takes_key = true});
    router.add(Method::del, "/api/v1/schedules/{schedule}",
               Access::needs(Permission::export_run, scope_of_schedule(app.db)),
               [&app](Request& request) { return delete_schedule(app, request); },
               {.name = "stopSchedule",
                .summary = "It starts nothing any more; again: nothing",
                .good = {{204, "It is stopped"}}});
}

}  // namespace cohort::interop
