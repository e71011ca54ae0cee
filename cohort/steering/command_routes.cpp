// SPDX-License-Identifier: Apache-2.0
// Jobs to be steered. Each command and its record in the audit are one transaction.
#include <functional>

#include "cohort/audit/audit.h"
#include "cohort/identity/record.h"
#include "cohort/platform/http/idempotency.h"
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
using identity::Actor;
using jobs::Job;
using json::has;
using json::Schema;
using json::wish;

namespace {

// What a command does, and what the audit says of it.
using Act = std::function<Result<json::object>(db::Tx&, const JobId&)>;

Result<void> record(db::Tx& tx, const Actor& actor, const char* action, const Job& job,
                    json::object detail) {
    auto entry = identity::entry_of(actor, action, job.id.text);
    entry.study = job.study;
    entry.site = job.site;
    detail["kind"] = job.kind;
    entry.detail = std::move(detail);
    TRY(audit::append(tx, entry));
    return {};
}

// What watches over people goes on, whoever may steer.
Result<void> require_may_be_held(db::Tx& tx, const jobs::Engine& engine, const JobId& job) {
    if (engine.may_be_held(TRY(jobs::get(tx, job)).kind)) return {};
    return refused("job-must-go-on", "This job watches over patients: it cannot be held up.");
}

// Runs a command once for its key; the answer is the job as it is then.
Result<Reply> steer(App& app, jobs::Engine& engine, const Request& request, const char* action,
                    const Act& act) {
    const auto id = TRY(request.id_param<JobId>("job"));
    const Actor actor = identity::actor_of(request);
    auto reply = app.db.transact([&](db::Tx& tx) {
        return http::idempotent(tx, request, [&](db::Tx& unit) -> Result<Reply> {
            json::object detail = TRY(act(unit, id));
            const Job job = TRY(jobs::get(unit, id));
            TRY(record(unit, actor, action, job, std::move(detail)));
            return Reply::json(200, TRY(job_json(unit, job)));
        });
    });
    if (!reply) return reply;
    engine.obey();
    engine.nudge();
    return reply;
}

Result<Reply> post_pause(App& app, jobs::Engine& engine, Request& request) {
    return steer(app, engine, request, "job.paused",
                 [&](db::Tx& tx, const JobId& job) -> Result<json::object> {
                     TRY(require_may_be_held(tx, engine, job));
                     TRY(jobs::pause(tx, job));
                     return json::object();
                 });
}

Result<Reply> post_resume(App& app, jobs::Engine& engine, Request& request) {
    return steer(app, engine, request, "job.resumed",
                 [](db::Tx& tx, const JobId& job) -> Result<json::object> {
                     TRY(jobs::resume(tx, job));
                     return json::object();
                 });
}

Result<Reply> post_cancel(App& app, jobs::Engine& engine, Request& request) {
    const std::string by = request.principal().user.text;
    return steer(app, engine, request, "job.cancelled",
                 [&](db::Tx& tx, const JobId& job) -> Result<json::object> {
                     TRY(require_may_be_held(tx, engine, job));
                     TRY(jobs::cancel(tx, job, by));
                     return json::object();
                 });
}

Result<Reply> post_pace(App& app, jobs::Engine& engine, Request& request) {
    const json::object body = TRY(request.json_object());
    const jobs::Pace pace{.rate = TRY(json::find_int(body, "rate")),
                          .most = TRY(json::find_int(body, "most"))};
    return steer(app, engine, request, "job.paced",
                 [&](db::Tx& tx, const JobId& job) -> Result<json::object> {
                     TRY(require_may_be_held(tx, engine, job));
                     TRY(jobs::set_pace(tx, job, pace));
                     json::object detail;
                     if (pace.rate) detail["rate"] = *pace.rate;
                     if (pace.most) detail["most"] = *pace.most;
                     return detail;
                 });
}

Result<Reply> post_redrive(App& app, jobs::Engine& engine, Request& request) {
    const json::object body = TRY(request.json_object());
    jobs::Again which;
    const auto state = jobs::parse_item_state(TRY(json::get_string(body, "state")));
    which.state = state.value_or(jobs::ItemState::pending);
    which.code = TRY(json::find_string(body, "code"));
    which.number = TRY(json::find_int(body, "item"));
    return steer(app, engine, request, "job.redriven",
                 [&](db::Tx& tx, const JobId& job) -> Result<json::object> {
                     json::object detail{{"state", to_string(which.state)}};
                     detail["items"] = TRY(jobs::redrive(tx, job, which));
                     if (which.code) detail["code"] = *which.code;
                     if (which.number) detail["item"] = *which.number;
                     return detail;
                 });
}

constexpr std::int64_t pace_max = 1'000'000;

Schema pace_schema() {
    return Schema::named("JobPace", Schema::object({wish("rate", Schema::whole(1, pace_max)),
                                                    wish("most", Schema::whole(1, pace_max))}));
}

Schema redrive_schema() {
    return Schema::named("Redrive",
                         Schema::object({has("state", Schema::one_of({"failed", "unknown"})),
                                         wish("code", Schema::text()),
                                         wish("item", Schema::whole(1, 1'000'000'000))}));
}

}  // namespace

void command_routes(http::Router& router, App& app, jobs::Engine& engine) {
    using Handler = Result<Reply> (*)(App&, jobs::Engine&, Request&);
    const auto add = [&](const char* path, Handler handler, const char* name, const char* summary,
                         Content body, std::vector<int> problems) {
        router.add(
            Method::post, std::string("/api/v1/jobs/{job}/") + path,
            Access::needs(Permission::job_steer, scope_of_job(app.db)),
            [&app, &engine, handler](Request& request) { return handler(app, engine, request); },
            {.name = name,
             .summary = summary,
             .body = std::move(body),
             .good = {{200, "The job", Content::json(job_schema())}},
             .problems = std::move(problems),
             .takes_key = true});
    };
    add("pause", post_pause, "pauseJob", "Starts nothing more of it; what is in flight ends", {},
        {422});
    add("resume", post_resume, "resumeJob", "Goes on with a paused or a cancelled job", {},
        {409, 422});
    add("cancel", post_cancel, "cancelJob", "Ends it; what was done stays done and is counted", {},
        {422});
    add("pace", post_pace, "paceJob",
        "How many items a minute, and how many at once; without one there is no bound",
        Content::json(pace_schema()), {});
    add("redrive", post_redrive, "redriveJob",
        "Tries items again: all that failed or are unknown, those with a reason, or one",
        Content::json(redrive_schema()), {409, 422});
}

}  // namespace cohort::steering
