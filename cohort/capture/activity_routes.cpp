// SPDX-License-Identifier: Apache-2.0
#include "cohort/capture/activity.h"
#include "cohort/capture/routes.h"
#include "cohort/identity/grants.h"

namespace cohort::capture {

using http::Reply;
using json::has;
using json::Schema;

namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 60 * 60 * 1000;

// Of the sites one may see.
Result<Reply> get_activity(App& app, http::Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const std::int64_t days = TRY(request.query_int("days"));
    const Instant at = request.received;
    return app.db.read([&](db::Tx& tx) -> Result<Reply> {
        const auto rights = TRY(identity::rights_of(tx, request.principal().user, at));
        const auto visible = identity::sites_of(rights, http::Permission::subject_view, study, at);
        json::array lines;
        for (const Activity& one :
             TRY(activity_since(tx, study, Instant{at.ms - (days - 1) * day_ms})))
            if (visible.covers(one.site))
                lines.push_back(json::object{
                    {"day", one.day}, {"site", one.site.text}, {"changes", one.changes}});
        return Reply::json(200, json::object{{"activity", std::move(lines)}});
    });
}

Result<http::Scope> scope_of_study(http::Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

Schema activity_schema() {
    const Schema line = Schema::object(
        {has("day", Schema::date()), has("site", Schema::id()), has("changes", Schema::whole(1))});
    return Schema::named("Activity", Schema::object({has("activity", Schema::list(line))}));
}

}  // namespace

void activity_routes(http::Router& router, App& app) {
    router.add(http::Method::get, "/api/v1/studies/{study}/activity",
               http::Access::needs(http::Permission::subject_view, scope_of_study),
               [&app](http::Request& request) { return get_activity(app, request); },
               {.name = "readActivity",
                .summary = "How many changes of records each site stored on which day (UTC)",
                .query = {{.name = "days",
                           .what = "So many days, today included",
                           .schema = Schema::whole(1, 3660),
                           .fallback = 30}},
                .good = {{200, "By day and site", http::Content::json(activity_schema())}}});
}

}  // namespace cohort::capture
