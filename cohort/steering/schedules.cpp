// SPDX-License-Identifier: Apache-2.0
#include "cohort/steering/schedules.h"

#include <algorithm>
#include <utility>

#include "cohort/audit/audit.h"
#include "cohort/identity/grants.h"
#include "cohort/identity/record.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/jobs/schedule_json.h"
#include "cohort/study/store.h"

namespace cohort::steering {

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
    out["missed"] = to_string(schedule.missed);
    for (const auto& [name, value] : schedule.input) out[name] = value;
    return out;
}

Schema missed_schema() {
    return Schema::one_of({"skip", "one", "all"});
}

Schema schedule_schema(const ScheduledKind& kind) {
    auto members = jobs::times_members();
    members.push_back(has("id", Schema::id()));
    members.push_back(has("name", Schema::text()));
    members.push_back(has("missed", missed_schema()));
    for (const json::Member& one : kind.members) members.push_back(has(one.name, one.schema));
    return Schema::named(kind.name + "Schedule", Schema::object(std::move(members)));
}

Schema new_schedule_schema(const ScheduledKind& kind) {
    auto members = jobs::daily_members();
    members.push_back(has("name", Schema::text()));
    members.push_back(wish("missed", missed_schema()));
    for (const json::Member& one : kind.members) members.push_back(wish(one.name, one.schema));
    return Schema::named("New" + kind.name + "Schedule", Schema::object(std::move(members)));
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

Result<jobs::NewSchedule> wish_of(const Request& request, const ScheduledKind& kind) {
    const json::object body = TRY(request.json_object());
    jobs::NewSchedule wish{.kind = kind.kind, .input = kind.input};
    wish.study = TRY(request.id_param<StudyId>("study"));
    wish.name = TRY(json::get_string(body, "name"));
    for (const json::Member& one : kind.members)
        if (const json::value* said = body.if_contains(one.name); said && !said->is_null())
            wish.input[one.name] = *said;
    wish.when = TRY(jobs::daily_of(body));
    const auto missed = jobs::parse_missed(TRY(json::find_string(body, "missed")).value_or("one"));
    wish.missed = missed.value_or(jobs::Missed::one);
    wish.created_by = request.principal().user.text;
    return wish;
}

Result<Reply> post_schedule(App& app, const ScheduledKind& kind, Request& request) {
    const jobs::NewSchedule wish = TRY(wish_of(request, kind));
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            TRY(study::get(unit, wish.study));
            const auto id = TRY(jobs::add_schedule(unit, wish));
            const Schedule schedule = TRY(jobs::get_schedule(unit, id));
            TRY(record(unit, actor, "schedule.added", schedule));
            Reply reply = Reply::json(201, TRY(schedule_json(unit, schedule)));
            reply.set("Location",
                      "/api/v1/studies/" + wish.study.text + kind.place + "/" + id.text);
            return reply;
        });
    });
}

Result<Reply> get_schedules(App& app, const std::string& kind, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array all;
        for (const Schedule& schedule : TRY(jobs::schedules(tx, study, kind, schedules_max)))
            all.push_back(TRY(schedule_json(tx, schedule)));
        return Reply::json(200, json::object{{"schedules", std::move(all)}});
    });
}

Result<Reply> delete_schedule(App& app, const std::string& kind, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const auto id = TRY(request.id_param<ScheduleId>("schedule"));
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) -> Result<Reply> {
        const Schedule schedule = TRY(jobs::get_schedule(tx, id));
        if (schedule.study != study || schedule.kind != kind)
            return not_found("schedule", "There is no such schedule.");
        TRY(jobs::stop_schedule(tx, id));
        if (schedule.next) TRY(record(tx, actor, "schedule.stopped", schedule));
        return Reply::empty(204);
    });
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

// Whoever made the schedule, if they may still start such a job.
Result<identity::Actor> actor_of(db::Tx& tx, const Schedule& schedule, Permission right) {
    identity::Actor actor;
    actor.user = UserId{schedule.created_by};
    actor.how = schedule.id.text;
    const Instant at = now();
    const auto rights = TRY(identity::rights_of(tx, actor.user, at));
    const http::Scope whole_study{.study = schedule.study, .site = {}};
    const auto may = identity::decide(rights, right, whole_study, at);
    if (may.verdict != identity::Verdict::allowed || !may.role)
        return refused("schedule-not-allowed",
                       "Who made the schedule may not start such a job any more.");
    actor.role = identity::to_string(*may.role);
    return actor;
}

void routes_of(http::Router& router, App& app, const ScheduledKind& kind) {
    const Schema schedule = schedule_schema(kind);
    const Access needed = Access::needs(kind.right, scope_of_study);
    const std::string path = "/api/v1/studies/{study}" + kind.place;
    router.add(
        Method::get, path, needed,
        [&app, word = kind.kind](Request& request) { return get_schedules(app, word, request); },
        {.name = "list" + kind.name + "Schedules",
         .summary = kind.does + ": when by itself, by the next time",
         .good = {{200, "All of them",
                   Content::json(Schema::named(
                       kind.name + "Schedules",
                       Schema::object({has("schedules", Schema::list(schedule))})))}}});
    router.add(Method::post, path, needed,
               [&app, kind](Request& request) { return post_schedule(app, kind, request); },
               {.name = "add" + kind.name + "Schedule",
                .summary = kind.does + " at a time of day by the clocks of a place",
                .body = Content::json(new_schedule_schema(kind)),
                .good = {{201, "The schedule", Content::json(schedule)}},
                .takes_key = true});
    router.add(
        Method::del, path + "/{schedule}", needed,
        [&app, word = kind.kind](Request& request) { return delete_schedule(app, word, request); },
        {.name = "stop" + kind.name + "Schedule",
         .summary = kind.does + " no more by itself; again: nothing",
         .good = {{204, "It is stopped"}}});
}

}  // namespace

jobs::Starter starter_of(std::vector<ScheduledKind> kinds) {
    return [kinds = std::move(kinds)](db::Tx& tx, const Schedule& schedule) -> Result<JobId> {
        const auto kind = std::ranges::find(kinds, schedule.kind, &ScheduledKind::kind);
        if (kind == kinds.end())
            return refused("schedule-unknown", "This server cannot start such a job.");
        return kind->start(tx, schedule, TRY(actor_of(tx, schedule, kind->right)));
    };
}

void schedule_routes(http::Router& router, App& app, const std::vector<ScheduledKind>& kinds) {
    for (const ScheduledKind& kind : kinds) routes_of(router, app, kind);
}

}  // namespace cohort::steering
