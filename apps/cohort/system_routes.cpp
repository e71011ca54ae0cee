// SPDX-License-Identifier: Apache-2.0
#include "weft/run.h"

#include "apps/cohort/wiring.h"
#include "cohort/base/version.h"

namespace cohort::app {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;

static Access needs_system_view() {
    return Access::needs(Permission::system_view, http::whole_system);
}

static json::object store_json(const db::Stats& stats) {
    return {{"kind", stats.kind},
            {"path", stats.path},
            {"bytes", stats.bytes},
            {"wal_bytes", stats.wal_bytes},
            {"writer", json::object{{"waiting", stats.waiting},
                                    {"batches", stats.batches},
                                    {"units", stats.units},
                                    {"failed_batches", stats.failed_batches},
                                    {"repeated", stats.repeated},
                                    {"refused", stats.refused}}}};
}

static json::object audit_json(const audit::Counts& counts, const audit::Sealer::Status& status) {
    json::array heads;
    for (const auto& head : counts.heads) {
        heads.push_back(json::object{{"chain", head.chain},
                                     {"number", head.number},
                                     {"hash", head.hash},
                                     {"at", to_rfc3339(head.at)}});
    }
    json::array broken;
    for (const std::string& chain : status.broken) broken.push_back(json::value(chain));
    json::object result{{"sealed", counts.sealed},
                        {"unsealed", counts.unsealed},
                        {"heads", std::move(heads)},
                        {"broken", std::move(broken)}};
    if (counts.oldest_unsealed) result["oldest_unsealed"] = to_rfc3339(*counts.oldest_unsealed);
    return result;
}

static json::object requests_json(const http::Metrics& metrics) {
    json::object by_status;
    for (const auto& [status, count] : metrics.by_status()) by_status[status] = count;
    return {{"total", metrics.total()},
            {"by_status", std::move(by_status)},
            {"running", metrics.requests_running.load()},
            {"connections", metrics.connections.load()},
            {"refused", metrics.refused_in_all()},
            {"malformed", metrics.malformed.load()}};
}

static Result<Reply> get_system(App& app, const audit::Sealer& sealer) {
    const auto counts = TRY(app.db.read([](db::Tx& tx) { return audit::counts(tx); }));
    const weft::Stats runtime = weft::stats();
    return Reply::json(
        200, json::object{{"version", software_version()},
                          {"started_at", to_rfc3339(app.started)},
                          {"uptime_s", (now().ms - app.started.ms) / 1000},
                          {"store", store_json(app.db.stats())},
                          {"audit", audit_json(counts, sealer.status())},
                          {"runtime", json::object{{"goroutines", runtime.goroutines},
                                                   {"workers", runtime.workers},
                                                   {"waiting_for_io", runtime.waiting_for_io},
                                                   {"blocking_calls", runtime.blocking_calls}}},
                          {"requests", requests_json(app.metrics)}});
}

// Whether this process can do its work: the store is there and readable.
static Result<Reply> get_health(App& app) {
    TRY(app.db.check());
    return Reply::json(200, json::object{{"status", "ok"}});
}

static Reply get_config(const App& app) {
    json::array settings;
    for (const config::Value& value : app.config.values()) {
        settings.push_back(json::object{{"key", value.setting->key},
                                        {"value", config::Config::shown(value)},
                                        {"origin", value.origin},
                                        {"help", value.setting->help}});
    }
    return Reply::json(200, json::object{{"settings", std::move(settings)}});
}

static Schema counts_schema(std::initializer_list<const char*> names,
                            std::vector<json::Member> members = {}) {
    for (const char* name : names) members.push_back(has(name, Schema::whole(0)));
    return Schema::object(std::move(members));
}

static Schema system_schema() {
    const Schema writer =
        counts_schema({"waiting", "batches", "units", "failed_batches", "repeated", "refused"});
    const Schema store = counts_schema(
        {"bytes", "wal_bytes"},
        {has("kind", Schema::text()), has("path", Schema::text()), has("writer", writer)});
    const Schema head = counts_schema(
        {"number"},
        {has("chain", Schema::text()), has("hash", Schema::text()), has("at", Schema::instant())});
    const Schema audit =
        counts_schema({"sealed", "unsealed"}, {has("heads", Schema::list(head)),
                                               has("broken", Schema::list(Schema::text())),
                                               may("oldest_unsealed", Schema::instant())});
    const Schema runtime =
        counts_schema({"goroutines", "workers", "waiting_for_io", "blocking_calls"});
    const Schema requests =
        counts_schema({"total", "running", "connections", "refused", "malformed"},
                      {has("by_status", Schema::map(Schema::whole(0)))});
    return Schema::named(
        "SystemReport",
        Schema::object({has("version", Schema::text()), has("started_at", Schema::instant()),
                        has("uptime_s", Schema::whole(0)), has("store", store), has("audit", audit),
                        has("runtime", runtime), has("requests", requests)}));
}

static Schema config_schema() {
    return Schema::object(
        {has("settings", Schema::list(Schema::object(
                             {has("key", Schema::text()), has("value", Schema::text()),
                              has("origin", Schema::text()), has("help", Schema::text())})))});
}

void system_routes(http::Router& router, App& app, const audit::Sealer& sealer) {
    router.add(Method::get, "/ping", Access::open("says nothing but that the process answers"),
               [](Request&) -> Result<Reply> { return Reply::text(200, "pong"); },
               {.name = "ping",
                .summary = "Whether the process answers",
                .good = {{200, "It does", Content::of("text/plain")}}});
    const Schema health = Schema::object({has("status", Schema::one_of({"ok"}))});
    router.add(Method::get, "/healthz", Access::open("load balancers have no account"),
               [&app](Request&) { return get_health(app); },
               {.name = "readHealth",
                .summary = "Whether the server can do its work",
                .good = {{200, "It can", Content::json(health)}},
                .priority = resilience::Priority::vital});
    router.add(Method::get, "/metrics", needs_system_view(),
               [&app](Request&) -> Result<Reply> {
                   return Reply::bytes(200, "text/plain; version=0.0.4; charset=utf-8",
                                       app.metrics.to_text());
               },
               {.name = "readMetrics",
                .summary = "Counters for Prometheus",
                .good = {{200, "Prometheus text, version 0.0.4", Content::of("text/plain")}},
                .priority = resilience::Priority::vital});
    router.add(Method::get, "/config", needs_system_view(),
               [&app](Request&) -> Result<Reply> { return get_config(app); },
               {.name = "readConfig",
                .summary = "The settings in force and where each comes from",
                .good = {{200, "All of them", Content::json(config_schema())}}});
    router.add(Method::get, "/api/v1/system", needs_system_view(),
               [&app, &sealer](Request&) { return get_system(app, sealer); },
               {.name = "readSystem",
                .summary = "Store, audit, runtime and requests at a glance",
                .good = {{200, "As it is now", Content::json(system_schema())}}});
}

}  // namespace cohort::app
