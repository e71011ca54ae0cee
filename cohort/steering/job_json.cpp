// SPDX-License-Identifier: Apache-2.0
#include "cohort/steering/job_json.h"

#include "cohort/identity/users.h"
#include "cohort/platform/http/request.h"
#include "cohort/platform/jobs/history.h"
#include "cohort/platform/jobs/ledger.h"

namespace cohort::steering {

using jobs::Job;
using json::has;
using json::Schema;

namespace {

// A picture has as many columns as a page has room for.
constexpr std::int64_t spans_max = 60;

template <class T>
json::value or_null(const std::optional<T>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}
json::value or_null(const std::optional<Instant>& at) {
    return at ? json::value(to_rfc3339(*at)) : json::value(nullptr);
}
template <class Tag>
json::value or_null(const Id<Tag>& id) {
    return id.empty() ? json::value(nullptr) : json::value(id.text);
}

// Who started or cancelled it; a part of the server is called by its name.
Result<json::value> person(db::Tx& tx, const std::string& who) {
    if (who.empty()) return json::value(nullptr);
    std::string name = who;
    if (const auto id = parse_id<UserId>(who)) {
        const auto account = identity::get_user(tx, *id);
        if (account) name = account->name;
        if (!account && account.error().kind != ErrorKind::not_found) return account.error();
    }
    return json::value(json::object{{"id", who}, {"name", name}});
}

json::object counts_json(const jobs::Counts& counts) {
    return {{"total", counts.total},         {"done", counts.done},
            {"failed", counts.failed},       {"skipped", counts.skipped},
            {"in_flight", counts.in_flight}, {"pending", counts.pending},
            {"unknown", counts.unknown}};
}

Schema counts_schema() {
    std::vector<json::Member> members;
    for (const char* name :
         {"total", "done", "failed", "skipped", "in_flight", "pending", "unknown"})
        members.push_back(has(name, Schema::whole(0)));
    return Schema::named("JobCounts", Schema::object(std::move(members)));
}

json::array reasons_json(const std::vector<jobs::Reason>& reasons) {
    json::array out;
    for (const jobs::Reason& reason : reasons)
        out.push_back(json::object{
            {"state", to_string(reason.state)}, {"code", reason.code}, {"items", reason.items}});
    return out;
}

json::object throughput_json(const jobs::Throughput& picture) {
    json::array done;
    for (const std::int64_t items : picture.done) done.push_back(items);
    const bool is_empty = picture.done.empty();
    return {{"from", is_empty ? json::value(nullptr) : json::value(to_rfc3339(picture.from))},
            {"step_ms", std::int64_t{picture.step.count()}},
            {"done", std::move(done)}};
}

}  // namespace

Result<json::object> job_json(db::Tx& tx, const Job& itself) {
    const Job job = TRY(jobs::whole(tx, itself));
    const jobs::Speed speed = TRY(jobs::speed(tx, job));
    return json::object{{"id", job.id.text},
                        {"kind", job.kind},
                        {"parent", or_null(job.parent)},
                        {"study", or_null(job.study)},
                        {"site", or_null(job.site)},
                        {"state", to_string(job.state)},
                        {"counts", counts_json(job.counts)},
                        {"rate", or_null(job.rate)},
                        {"most", or_null(job.most)},
                        {"done_a_minute", speed.a_minute()},
                        {"eta", or_null(speed.eta)},
                        {"created_by", TRY(person(tx, job.created_by))},
                        {"created_at", to_rfc3339(job.created_at)},
                        {"started_at", or_null(job.started_at)},
                        {"ended_at", or_null(job.ended_at)},
                        {"cancelled_by", TRY(person(tx, job.cancelled_by))},
                        {"items_kept", !job.trimmed},
                        {"version", job.version}};
}

static std::vector<json::Member> job_members() {
    const Schema who = Schema::named(
        "JobPerson", Schema::object({has("id", Schema::text()), has("name", Schema::text())}));
    return {has("id", Schema::id()),
            has("kind", Schema::text()),
            has("parent", Schema::id().or_null()),
            has("study", Schema::id().or_null()),
            has("site", Schema::id().or_null()),
            has("state",
                Schema::one_of({"queued", "running", "pausing", "paused", "cancelling", "cancelled",
                                "succeeded", "succeeded_with_failures", "failed"})),
            has("counts", counts_schema()),
            has("rate", Schema::whole(1).or_null()),
            has("most", Schema::whole(1).or_null()),
            has("done_a_minute", Schema::number()),
            has("eta", Schema::instant().or_null()),
            has("created_by", who),
            has("created_at", Schema::instant()),
            has("started_at", Schema::instant().or_null()),
            has("ended_at", Schema::instant().or_null()),
            has("cancelled_by", who.or_null()),
            has("items_kept", Schema::boolean()),
            has("version", Schema::whole(0))};
}

Schema job_schema() {
    return Schema::named("Job", Schema::object(job_members()));
}

Result<json::object> report_json(db::Tx& tx, const Job& itself) {
    const Job job = TRY(jobs::whole(tx, itself));
    json::object out = TRY(job_json(tx, job));
    out["reasons"] = reasons_json(TRY(jobs::reasons(tx, job.id)));
    out["throughput"] = throughput_json(TRY(jobs::throughput(tx, job, spans_max)));
    out["results"] = TRY(jobs::count_results(tx, job.id));
    return out;
}

Schema report_schema() {
    const Schema reason = Schema::named(
        "JobReason", Schema::object({has("state", Schema::one_of({"failed", "unknown", "skipped"})),
                                     has("code", Schema::text()), has("items", Schema::whole(1))}));
    const Schema picture = Schema::named(
        "JobThroughput",
        Schema::object({has("from", Schema::instant().or_null()), has("step_ms", Schema::whole(1)),
                        has("done", Schema::list(Schema::whole(0)))}));
    auto members = job_members();
    members.push_back(has("reasons", Schema::list(reason)));
    members.push_back(has("throughput", picture));
    members.push_back(has("results", Schema::whole(0)));
    return Schema::named("JobReport", Schema::object(std::move(members)));
}

json::object item_json(const jobs::Item& item, bool with_names) {
    const auto if_allowed = [&](const std::string& text) { return with_names ? text : ""; };
    return {{"number", item.number},     {"name", if_allowed(item.name)},
            {"code", item.code},         {"reason", if_allowed(item.reason)},
            {"attempts", item.attempts}, {"at", to_rfc3339(item.at)}};
}

Schema item_schema() {
    return Schema::named(
        "JobItem",
        Schema::object({has("number", Schema::whole(1)), has("name", Schema::text()),
                        has("code", Schema::text()), has("reason", Schema::text()),
                        has("attempts", Schema::whole(0)), has("at", Schema::instant())}));
}

http::Scope scope_of(const Job& job) {
    http::Scope scope;
    if (!job.study.empty()) scope.study = job.study;
    if (!job.site.empty()) scope.site = job.site;
    return scope;
}

http::ScopeOf scope_of_job(db::Db& db) {
    return [&db](http::Request& request) -> Result<http::Scope> {
        const auto id = TRY(request.id_param<JobId>("job"));
        return scope_of(TRY(db.read([&](db::Tx& tx) { return jobs::get(tx, id); })));
    };
}

}  // namespace cohort::steering
