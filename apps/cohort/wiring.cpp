// SPDX-License-Identifier: Apache-2.0
#include "apps/cohort/wiring.h"

#include <limits>

#include "weft/run.h"

#include "cohort/analysis/job.h"
#include "cohort/analysis/routes.h"
#include "cohort/base/version.h"
#include "cohort/capture/activity.h"
#include "cohort/capture/routes.h"
#include "cohort/delivery/report_kind.h"
#include "cohort/epro/alerts.h"
#include "cohort/epro/routes.h"
#include "cohort/escalation/escalation.h"
#include "cohort/identity/routes.h"
#include "cohort/interop/export_job.h"
#include "cohort/interop/routes.h"
#include "cohort/platform/http/api.h"
#include "cohort/push/follow_up.h"
#include "cohort/push/push_kind.h"
#include "cohort/push/push_start.h"
#include "cohort/push/routes.h"
#include "cohort/reporting/follow_up.h"
#include "cohort/reporting/load.h"
#include "cohort/reporting/routes.h"
#include "cohort/sites/sites.h"
#include "cohort/steering/routes.h"
#include "cohort/steering/schedules.h"
#include "cohort/study/store.h"
#include "cohort/subjects/routes.h"

namespace cohort::app {

// A role is held at a study that exists and at a site that takes part in it.
static Result<void> check_place(db::Tx& tx, const http::Scope& scope) {
    if (!scope.study) return {};
    TRY(study::get(tx, *scope.study));
    if (!scope.site) return {};
    for (const sites::Site& site : TRY(sites::of_study(tx, *scope.study)))
        if (site.id == *scope.site) return {};
    return not_found("site", "This site takes no part in the study.");
}

static std::vector<steering::ScheduledKind> scheduled_kinds() {
    return {interop::export_schedule(), analysis::analysis_schedule(), push::push_schedule()};
}

epro::FollowUps follow_ups() {
    return {reporting::follow_up(), push::follow_up(), escalation::follow_up()};
}

void add_routes(http::Router& router, App& app, identity::Identity& identity,
                epro::Patients& patients, const audit::Sealer& sealer, const Receivers& receivers,
                jobs::Engine& engine) {
    identity::session_routes(router, identity);
    identity::user_routes(router, identity, check_place);
    subjects::routes(router, app);
    capture::routes(router, app);
    interop::routes(router, app);
    interop::export_routes(router, app, engine);
    epro::routes(router, app, patients, follow_ups());
    reporting::routes(router, app);
    push::routes(router, app, receivers.key, engine);
    analysis::routes(router, app, engine);
    steering::schedule_routes(router, app, scheduled_kinds());
    steering::routes(router, app, engine);
    system_routes(router, app, sealer);
    requests_route(router, app);
    goroutines_routes(router);
    http::add_description(router, {.title = "Cohort",
                                   .version = software_version(),
                                   .session_cookie = std::string{identity::session_cookie}});
}

Receivers::Receivers(const auth::SigningKey& signing, const config::Config& config)
    : key(auth::SealingKey::derived(signing, "tokens of receivers")),
      caller({.authorities = config.text("push.authorities")}) {}

void add_kinds(jobs::Engine& engine, App& app, const std::optional<mail::Sending>& sending,
               Receivers& receivers) {
    const auto fonts = pdf::fonts_when_needed();
    engine.add(interop::export_kind(app.db));
    engine.add(analysis::analysis_kind(app.db));
    engine.add(escalation::escalation_kind(app.db));
    engine.add(delivery::report_kind(app.db, fonts, sending,
                                     reporting::loader(app.db, sending ? sending->links : "")));
    engine.add(push::push_kind(
        {.db = app.db,
         .key = receivers.key,
         .render = reporting::renderer(app.db, fonts),
         .calling = [&receivers](const calls::Call& call) { return receivers.caller.call(call); },
         .limit = app.config.duration("push.limit"),
         .most_of_site = app.config.number("push.most_of_site")}));
}

void add_subscribers(events::Bus& bus) {
    bus.add(capture::activity_counter());
    bus.add(reporting::subscriber());
}

void keep_schedules(jobs::Engine& engine, App& app) {
    jobs::keep_firing(app.db, steering::starter_of(scheduled_kinds()),
                      [&engine] { engine.nudge(); });
}

static void add_event_gauges(http::Metrics& metrics, const events::Bus& bus) {
    const auto add = [&](const char* name, const char* help, auto read) {
        for (const std::string& subscriber : bus.subscribers())
            metrics.add_gauge(name + ("{subscriber=\"" + subscriber + "\"}"), help,
                              [&bus, subscriber, read] {
                                  for (const events::Progress& one : bus.status().subscribers)
                                      if (one.subscriber == subscriber)
                                          return static_cast<double>(read(one));
                                  return 0.0;
                              });
    };
    add("cohort_events_behind", "Events that a subscriber has not acted on yet.",
        [](const events::Progress& p) { return p.behind + p.waiting; });
    add("cohort_events_behind_seconds", "Age of the oldest of them.",
        [](const events::Progress& p) { return p.oldest ? (now().ms - p.oldest->ms) / 1000 : 0; });
    add("cohort_events_dead", "Events that a subscriber gave up.",
        [](const events::Progress& p) { return p.dead; });
    metrics.add_gauge("cohort_events_failures_total",
                      "How often what events need could not be reached, since the start.",
                      [&bus] { return static_cast<double>(bus.status().failures); });
}

// Not a number while the store is away: none would be true.
static void add_alert_gauges(App& app) {
    const auto add = [&app](const char* name, const char* help, auto of) {
        app.metrics.add_gauge(name, help, [&app, of] {
            const auto open = app.db.read([](db::Tx& tx) { return epro::open_alerts(tx); });
            return open ? static_cast<double>(of(*open)) : std::numeric_limits<double>::quiet_NaN();
        });
    };
    add("cohort_patient_alerts_open", "Alerts of patients that nobody has acknowledged.",
        [](const epro::OpenAlerts& open) { return open.count; });
    add("cohort_patient_alerts_oldest_seconds", "Age of the oldest of them.",
        [](const epro::OpenAlerts& open) {
            return open.oldest ? (now().ms - open.oldest->ms) / 1000 : 0;
        });
}

void add_gauges(App& app, const jobs::Engine& engine, const events::Bus& bus) {
    http::Metrics& metrics = app.metrics;
    add_event_gauges(metrics, bus);
    add_alert_gauges(app);
    metrics.add_gauge("cohort_goroutines", "Goroutines that exist.",
                      [] { return static_cast<double>(weft::stats().goroutines); });
    metrics.add_gauge("cohort_job_items_running", "Items of jobs that this process works on.",
                      [&engine] { return static_cast<double>(engine.status().running); });
    metrics.add_gauge("cohort_job_items_ended_total", "Items that it has ended since its start.",
                      [&engine] { return static_cast<double>(engine.status().ended); });
    metrics.add_gauge("cohort_job_items_taken_over_total",
                      "Items that it took over from servers that were killed.",
                      [&engine] { return static_cast<double>(engine.status().taken_over); });
    metrics.add_gauge("cohort_store_waiting", "Units of work that wait for the writer.",
                      [&app] { return static_cast<double>(app.db.stats().waiting); });
    metrics.add_gauge("cohort_store_units_total", "Units of work committed since the start.",
                      [&app] { return static_cast<double>(app.db.stats().units); });
    metrics.add_gauge("cohort_store_commits_total", "Commits since the start.",
                      [&app] { return static_cast<double>(app.db.stats().batches); });
    metrics.add_gauge("cohort_store_repeated_total",
                      "Runs of units after their first: another server's or another's was in the "
                      "way (PostgreSQL).",
                      [&app] { return static_cast<double>(app.db.stats().repeated); });
    metrics.add_gauge("cohort_store_wal_bytes", "Size of the write-ahead log.",
                      [&app] { return static_cast<double>(app.db.stats().wal_bytes); });
}

}  // namespace cohort::app
