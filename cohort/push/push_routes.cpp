// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/http/idempotency.h"
#include "cohort/push/push_start.h"
#include "cohort/push/routes.h"

namespace cohort::push {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::Schema;

namespace {

Result<Reply> post_push(App& app, jobs::Engine& engine, Request& request) {
    const auto study = TRY(request.id_param<StudyId>("study"));
    const identity::Actor actor = identity::actor_of(request);
    auto reply = app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            const jobs::Enqueued job = TRY(start_push(unit, study, actor));
            Reply started = Reply::json(job.is_new ? 201 : 200, json::object{{"job", job.id.text}});
            started.set("Location", "/api/v1/jobs/" + job.id.text);
            return started;
        });
    });
    if (reply) engine.nudge();
    return reply;
}

Result<http::Scope> scope_of_study(Request& request) {
    return http::Scope{.study = TRY(request.id_param<StudyId>("study")), .site = {}};
}

}  // namespace

void push_routes(http::Router& router, App& app, jobs::Engine& engine) {
    const Content started =
        Content::json(Schema::named("StartedJob", Schema::object({has("job", Schema::id())})));
    router.add(Method::post, "/api/v1/studies/{study}/report-pushes",
               Access::needs(Permission::job_steer, scope_of_study),
               [&app, &engine](Request& request) { return post_push(app, engine, request); },
               {.name = "pushReports",
                .summary = "Pushes every report that its site's receiver has not acknowledged",
                .good = {{201, "The job that was started", started},
                         {200, "The study's last push is not over", started}},
                .takes_key = true});
}

void routes(http::Router& router, App& app, const auth::SealingKey& key, jobs::Engine& engine) {
    receiver_routes(router, app, key);
    push_routes(router, app, engine);
}

}  // namespace cohort::push
