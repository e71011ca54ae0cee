// SPDX-License-Identifier: Apache-2.0
// How far those are who act on events, and what they gave up: seen, and tried again.
#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/platform/events/inbox.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/steering/routes.h"

namespace cohort::steering {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;
using json::wish;

namespace {

json::object progress_json(const events::Progress& progress) {
    json::object one{{"subscriber", progress.subscriber}, {"topic", progress.topic},
                     {"position", progress.position},     {"behind", progress.behind},
                     {"waiting", progress.waiting},       {"dead", progress.dead}};
    if (progress.oldest) one["oldest"] = to_rfc3339(*progress.oldest);
    return one;
}

json::object dead_json(const events::Dead& dead) {
    return {{"subscriber", dead.subscriber}, {"position", dead.event.position},
            {"id", dead.event.id},           {"topic", dead.event.topic},
            {"key", dead.event.key},         {"published_at", to_rfc3339(dead.event.at)},
            {"tries", dead.tries},           {"code", dead.code},
            {"reason", dead.reason},         {"failed_at", to_rfc3339(dead.at)}};
}

Result<Reply> get_events(App& app, const Request& request) {
    const std::int64_t limit = TRY(request.query_int("limit"));
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        json::array subscribers;
        for (const events::Progress& one : TRY(events::progress(tx)))
            subscribers.push_back(progress_json(one));
        json::array dead;
        for (const events::Dead& one : TRY(events::dead_events(tx, limit)))
            dead.push_back(dead_json(one));
        return Reply::json(
            200, json::object{{"subscribers", std::move(subscribers)}, {"dead", std::move(dead)}});
    });
}

Result<Reply> post_redrive(App& app, Request& request) {
    const json::object body = TRY(request.json_object());
    const std::string subscriber = TRY(json::get_string(body, "subscriber"));
    const auto position = TRY(json::find_int(body, "position"));
    const identity::Actor actor = identity::actor_of(request);
    return app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            const std::int64_t driven = TRY(events::redrive(unit, subscriber, position));
            auto entry = identity::entry_of(actor, "event.redriven", subscriber);
            entry.detail["events"] = driven;
            if (position) entry.detail["position"] = *position;
            TRY(audit::append(unit, entry));
            return Reply::json(200, json::object{{"events", driven}});
        });
    });
}

Schema events_schema() {
    const Schema subscriber =
        Schema::object({has("subscriber", Schema::text()), has("topic", Schema::text()),
                        has("position", Schema::whole(0)), has("behind", Schema::whole(0)),
                        has("waiting", Schema::whole(0)), has("dead", Schema::whole(0)),
                        may("oldest", Schema::instant())});
    const Schema dead =
        Schema::object({has("subscriber", Schema::text()), has("position", Schema::whole(1)),
                        has("id", Schema::id()), has("topic", Schema::text()),
                        has("key", Schema::text()), has("published_at", Schema::instant()),
                        has("tries", Schema::whole(1)), has("code", Schema::text()),
                        has("reason", Schema::text()), has("failed_at", Schema::instant())});
    return Schema::named("Events", Schema::object({has("subscribers", Schema::list(subscriber)),
                                                   has("dead", Schema::list(dead))}));
}

Access needs_system_view() {
    return Access::needs(Permission::system_view, http::whole_system);
}

}  // namespace

void bus_routes(http::Router& router, App& app) {
    router.add(Method::get, "/api/v1/system/events", needs_system_view(),
               [&app](Request& request) { return get_events(app, request); },
               {.name = "readEvents",
                .summary = "How far each subscriber is, and the events that it gave up",
                .query = {{.name = "limit",
                           .what = "How many dead events to answer with",
                           .schema = Schema::whole(1, 1000),
                           .fallback = 100}},
                .good = {{200, "As it is now", Content::json(events_schema())}}});
    router.add(
        Method::post, "/api/v1/system/events/redrive", needs_system_view(),
        [&app](Request& request) { return post_redrive(app, request); },
        {.name = "redriveEvents",
         .summary = "Lets a subscriber try its dead events again: all of them, or one",
         .body = Content::json(
             Schema::named("RedriveEvents", Schema::object({has("subscriber", Schema::text()),
                                                            wish("position", Schema::whole(1))}))),
         .good = {{200, "How many",
                   Content::json(Schema::named(
                       "RedrivenEvents", Schema::object({has("events", Schema::whole(0))})))}},
         .takes_key = true});
}

}  // namespace cohort::steering
