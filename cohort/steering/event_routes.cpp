// SPDX-License-Identifier: Apache-2.0
// Jobs told as they change. An event's id is the number of changes so far, kept with the job: it is
// the same on every server and lasts over a restart, and who comes back hears at once what is new.
#include <charconv>
#include <memory>

#include "cohort/platform/jobs/ledger.h"
#include "cohort/platform/resilience/cache.h"
#include "cohort/steering/job_json.h"
#include "cohort/steering/routes.h"

namespace cohort::steering {

using http::EventSink;
using http::Reply;
using http::Request;

namespace {

constexpr std::chrono::milliseconds look_every{400};

struct Seen {
    std::int64_t version = 0;
    std::string data;  // of the event
};

// Asked of the store once for all who listen to the same.
using Sights = resilience::Cache<std::string, Seen>;

template <class Look>
Result<void> listen(Sights& sights, const std::string& key, std::int64_t heard, EventSink& sink,
                    const Look& look) {
    const Seen first = TRY(sights.get(key, look));
    // A number that is not there yet is of a store that was restored since.
    if (heard > first.version) heard = -1;
    for (;;) {
        const Seen seen = TRY(sights.get(key, look));
        if (seen.version > heard) {
            heard = seen.version;
            TRY(sink.send(
                {.id = std::to_string(seen.version), .name = "changed", .data = seen.data}));
        }
        TRY(sink.pause(look_every));
    }
}

// Nothing heard: the first look is news.
std::int64_t last_heard(const Request& request) {
    const std::string_view text = request.header("last-event-id").value_or("");
    std::int64_t number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? number : -1;
}

Result<Seen> look_at_job(App& app, const JobId& id) {
    return app.db.read([&](db::Tx& tx) -> Result<Seen> {
        const jobs::Job job = TRY(jobs::whole(tx, TRY(jobs::get(tx, id))));
        return Seen{job.version, json::to_text(TRY(job_json(tx, job)))};
    });
}

Result<Seen> look_at_all(App& app) {
    return app.db.read(
        [](db::Tx& tx) -> Result<Seen> { return Seen{TRY(jobs::version_of_all(tx)), "{}"}; });
}

http::Content events() {
    return http::Content::of("text/event-stream");
}

}  // namespace

void event_routes(http::Router& router, App& app) {
    auto sights = std::make_shared<Sights>(resilience::CacheOptions{.kept = look_every / 2});
    router.add(
        http::Method::get, "/api/v1/jobs/changes", http::Access::signed_in(),
        [&app, sights](Request& request) -> Result<Reply> {
            return Reply::stream([&app, sights, heard = last_heard(request)](EventSink& sink) {
                return listen(*sights, "", heard, sink, [&app] { return look_at_all(app); });
            });
        },
        {.name = "hearJobs",
         .summary = "Tells, as server-sent events, when the list of jobs is to be read again",
         .good = {{200, "That something has changed, from now on", events()}}});
    router.add(
        http::Method::get, "/api/v1/jobs/{job}/changes",
        http::Access::needs(http::Permission::job_view, scope_of_job(app.db)),
        [&app, sights](Request& request) -> Result<Reply> {
            const auto id = TRY(request.id_param<JobId>("job"));
            return Reply::stream([&app, sights, id, heard = last_heard(request)](EventSink& sink) {
                return listen(*sights, id.text, heard, sink,
                              [&app, id] { return look_at_job(app, id); });
            });
        },
        {.name = "hearJob",
         .summary = "Tells, as server-sent events, how a job goes",
         .good = {{200, "The job now, and each time it has changed", events()}}});
}

}  // namespace cohort::steering
