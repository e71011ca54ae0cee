// SPDX-License-Identifier: Apache-2.0
// What the requests that run are doing just now: for each its goroutines, who started them, and
// what each waits for.
#include <algorithm>
#include <source_location>
#include <unordered_map>
#include <vector>

#include "weft/report.h"

#include "apps/cohort/wiring.h"

namespace cohort::app {

namespace {

using http::Access;
using http::Content;
using http::Method;
using http::Permission;
using http::Reply;
using http::Request;
using json::has;
using json::may;
using json::Schema;

constexpr std::size_t requests_shown_max = 50;
constexpr std::size_t calls_shown_max = 8;

std::int64_t in_ms(weft::Duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

void add(json::object& to, const char* member, const std::string& text) {
    if (!text.empty()) to[member] = text;
}

void add(json::object& to, const char* member, const std::source_location& where) {
    if (where.line() != 0)
        to[member] = std::string{where.file_name()} + ":" + std::to_string(where.line());
}

json::array calls_json(const std::vector<weft::StackFrame>& stack) {
    json::array calls;
    for (const weft::StackFrame& frame : stack) {
        if (calls.size() == calls_shown_max) break;
        json::object call{{"function", frame.function}};
        if (!frame.file.empty()) call["at"] = frame.file + ":" + std::to_string(frame.line);
        calls.push_back(std::move(call));
    }
    return calls;
}

json::object goroutine_json(const weft::ReportedGoroutine& seen) {
    json::object out{{"id", seen.id}, {"state", seen.state}, {"calls", calls_json(seen.stack)}};
    if (seen.parent != 0) out["parent"] = seen.parent;
    add(out, "name", seen.name);
    add(out, "waits_on", seen.waits_on);
    add(out, "remark", seen.remark);
    add(out, "started_at", seen.started_at);
    if (seen.waits_at.line() != 0) {
        add(out, "waits_at", seen.waits_at);
        out["waits_ms"] = in_ms(seen.waits_since);
    }
    if (seen.time_left) out["left_ms"] = in_ms(*seen.time_left);
    return out;
}

// Each goroutine goes to the request from which it descends; ids grow from parent to child.
std::unordered_map<std::uint64_t, json::array> by_root(
    const std::vector<http::RunningRequest>& requests) {
    std::vector<std::uint64_t> roots;
    std::unordered_map<std::uint64_t, std::uint64_t> root_of;
    for (const auto& request : requests) {
        roots.push_back(request.goroutine);
        root_of[request.goroutine] = request.goroutine;
    }
    const auto seen = weft::goroutines_under(roots);
    std::unordered_map<std::uint64_t, std::uint64_t> parent_of;
    for (const auto& one : seen) parent_of[one.id] = one.parent;
    std::unordered_map<std::uint64_t, json::array> out;
    for (const auto& one : seen) {
        std::uint64_t root = one.id;
        while (!root_of.contains(root) && parent_of.contains(root)) root = parent_of[root];
        out[root].push_back(goroutine_json(one));
    }
    return out;
}

// Who asks is left out: it waits for nothing.
std::vector<http::RunningRequest> others_that_run(const App& app) {
    auto requests = app.metrics.running.list();
    std::erase_if(requests,
                  [](const auto& one) { return one.goroutine == weft::this_goroutine(); });
    return requests;
}

Reply get_requests(const App& app) {
    auto requests = others_that_run(app);
    const std::size_t running = requests.size();
    requests.resize(std::min(running, requests_shown_max));
    auto goroutines = by_root(requests);
    const auto at = weft::Clock::now();
    json::array shown;
    for (const auto& request : requests)
        shown.push_back(json::object{{"id", request.id},
                                     {"route", request.route},
                                     {"ms", in_ms(at - request.since)},
                                     {"goroutines", std::move(goroutines[request.goroutine])}});
    return Reply::json(200, json::object{{"running", running}, {"requests", std::move(shown)}});
}

Schema requests_schema() {
    const Schema call =
        Schema::object({has("function", Schema::text()), may("at", Schema::text())});
    const Schema goroutine = Schema::named(
        "RunningGoroutine",
        Schema::object({has("id", Schema::whole(0)), may("parent", Schema::whole(0)),
                        may("name", Schema::text()), has("state", Schema::text()),
                        may("waits_on", Schema::text()), may("waits_at", Schema::text()),
                        may("waits_ms", Schema::whole(0)), may("remark", Schema::text()),
                        may("left_ms", Schema::whole(0)), may("started_at", Schema::text()),
                        has("calls", Schema::list(call))}));
    const Schema request = Schema::named(
        "RunningRequest",
        Schema::object({has("id", Schema::text()), has("route", Schema::text()),
                        has("ms", Schema::whole(0)), has("goroutines", Schema::list(goroutine))}));
    return Schema::named(
        "RunningRequests",
        Schema::object({has("running", Schema::whole(0)), has("requests", Schema::list(request))}));
}

}  // namespace

void requests_route(http::Router& router, App& app) {
    router.add(Method::get, "/api/v1/system/requests",
               Access::needs(Permission::system_view, http::whole_system),
               [&app](Request&) -> Result<Reply> { return get_requests(app); },
               {.name = "readRunning",
                .summary = "The requests that run: their goroutines, and what each waits for",
                .good = {{200, "The oldest of them", Content::json(requests_schema())}},
                .priority = resilience::Priority::vital});
}

}  // namespace cohort::app
