// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdio>
#include <utility>

#include "weft/blocking.h"
#include "weft/context.h"
#include "weft/scope.h"
#include "weft/signal.h"
#include "weft/task_set.h"

#include "apps/cohort/commands.h"
#include "apps/cohort/files.h"
#include "apps/cohort/first_start.h"
#include "apps/cohort/identity_settings.h"
#include "apps/cohort/restart.h"
#include "apps/cohort/service_manager.h"
#include "apps/cohort/store.h"
#include "apps/cohort/wiring.h"
#include "cohort/base/id.h"
#include "cohort/base/version.h"
#include "cohort/delivery/report_kind.h"
#include "cohort/platform/http/idempotency.h"
#include "cohort/platform/http/server.h"
#include "cohort/platform/http/static_files.h"
#include "cohort/platform/jobs/history.h"
#include "cohort/platform/pdf/fonts.h"

namespace cohort::app {

constexpr auto certificate_interval = std::chrono::seconds(10);

static Result<log::Logger> open_log(const config::Config& config) {
    const auto level = log::parse_level(config.text("log.level"));
    if (!level) return invalid("bad-setting", "log.level must be debug, info, warn or error.");
    const std::string file = config.text("log.file");
    if (file == "-") return log::Logger::to_stderr(*level);
    return log::Logger::to_file(file.empty() ? data_file(config, "cohort.log") : file, *level);
}

static http::ServerOptions server_options(const config::Config& config) {
    http::ServerOptions options;
    const std::string address = config.text("http.address");
    const bool is_v6 = address.find(':') != address.npos;
    options.address =
        (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(config.number("http.port"));
    const auto count = [&](const char* key) {
        return static_cast<std::size_t>(config.number(key));
    };
    options.connections_max = count("http.connections_max");
    options.connections_per_address_max = count("http.connections_per_address_max");
    options.bounds.requests_max = count("http.requests_max");
    options.bounds.requests_per_second =
        static_cast<double>(config.number("http.requests_per_second_of_address"));
    options.overloaded_after = config.duration("http.overloaded_after");
    options.slow_after = config.duration("log.slow");
    options.limits.header_timeout = config.duration("http.header_timeout");
    options.limits.idle_timeout = config.duration("http.idle_timeout");
    options.limits.bytes_per_second_min =
        std::max<std::int64_t>(1, config.size("http.body_bytes_per_second_min"));
    return options;
}

// Nothing where none is configured.
static Result<std::unique_ptr<http::Certificate>> load_certificate(const config::Config& config) {
    const std::string chain = config.text("http.tls_certificate");
    if (chain.empty()) return std::unique_ptr<http::Certificate>{};
    return http::Certificate::load(chain, config.text("http.tls_key"));
}

static void greet(const http::Server& server, const config::Config& config) {
    std::printf("Cohort %s is ready at %s://%s/\n", software_version(),
                config.text("http.tls_certificate").empty() ? "http" : "https",
                server.address().c_str());
    const std::string passwords = data_file(config, "demo-users.txt");
    if (file_exists(passwords)) {
        std::printf("Sign in as coordinator@demo or another role; the passwords are in %s.\n",
                    passwords.c_str());
    } else {
        std::printf(
            "Sign in with an account of yours; `cohort user --help` says how to add one.\n");
    }
    std::printf("Ctrl-C stops it.\n");
    std::fflush(stdout);
}

// It serves all the same; the first report says it again, as the reason why it failed.
static void warn_without_fonts(const log::Logger& log) {
    const std::string font = pdf::usual_fonts().front();
    if (!file_exists(font)) log.warn("reports.no-font", {{"file", font}});
}

constexpr std::initializer_list<int> stop_signals = {SIGINT, SIGTERM};
constexpr std::initializer_list<int> signals = {SIGINT, SIGTERM, SIGUSR2};

// From here on a signal is kept for serve_until_signal(), however early it comes.
static void take_signals_over() {
    (void)weft::timeout(weft::Duration::zero(), [] { weft::wait_signal(signals); });
}

// Whoever asks to stop within this time is heard, also after a restart was asked for.
static bool is_stop_asked(const App& app, weft::Duration within) {
    const auto signal = weft::timeout(within, [] { return weft::wait_signal(stop_signals); });
    if (!signal) return false;
    ask_for_restart(-1);
    tell_service_manager("STOPPING=1");
    app.log.info("server.stopping", {{"signal", *signal}});
    return true;
}

// Shape: whether the server is to end, with or without a program that goes on in its place.
static bool prepare_restart(http::Server& server, const App& app) {
    const auto socket = [&]() -> Result<int> {
        TRY(check_next_program());
        TRY(load_certificate(app.config));
        return server.hand_over();
    }();
    if (!socket) {
        app.log.error("server.restart-refused", {{"code", socket.error().code}});
        return false;
    }
    ask_for_restart(*socket);
    tell_service_manager("RELOADING=1");
    app.log.info("server.restarting");
    if (!is_stop_asked(app, app.config.duration("http.restart_grace"))) server.close_door();
    return true;
}

static jobs::EngineOptions engine_options(const App& app) {
    jobs::EngineOptions options;
    options.slots = app.config.number("jobs.slots");
    options.lease = app.config.duration("jobs.lease");
    options.alone = app.db.stats().kind == "sqlite";
    return options;
}

static events::BusOptions bus_options(const App& app) {
    events::BusOptions options;
    options.work.lease = app.config.duration("events.lease");
    options.work.tries = app.config.number("events.tries");
    options.kept = app.config.duration("events.kept");
    options.alone = app.db.stats().kind == "sqlite";
    if (const std::string url = app.config.text("events.nats"); !url.empty())
        options.nats =
            events::NatsOptions{.url = url,
                                .credentials = app.config.text("events.nats_credentials"),
                                .authority = app.config.text("events.nats_authority"),
                                .stream = app.config.text("events.nats_stream")};
    return options;
}

// Waits until a signal asks to stop, or to restart and that can be done.
static void wait_for_end(http::Server& server, const App& app) {
    for (;;) {
        const int signal = weft::wait_signal(signals);
        if (signal == SIGUSR2) {
            if (prepare_restart(server, app)) return;
            continue;
        }
        tell_service_manager("STOPPING=1");
        app.log.info("server.stopping", {{"signal", signal}});
        return;
    }
}

// Serves until a signal asks to stop, then drains. Items of jobs that do not end in time are given
// back, and whoever has the store next goes on with them.
static Result<void> serve_until_signal(http::Server& server, jobs::Engine& engine, const App& app) {
    Result<void> served;
    weft::scope([&](weft::Scope& s) {
        s.go("serve", [&] {
            served = server.serve();
            if (!served) s.cancel();
        });
        wait_for_end(server, app);
        const auto limit = app.config.duration("http.drain_timeout");
        const auto drained = server.stop(limit);
        if (!drained) app.log.warn("server.cancelled", {{"code", drained.error().code}});
        if (!engine.drain(limit)) app.log.warn("jobs.given-back");
    });
    return served;
}

Result<int> run(const Serve&, const config::Config& config) {
    // From first to last: after a restart the manager waits as before, however long a start takes.
    weft::TaskSet calm{"service manager"};
    calm.go("service manager", [] { keep_service_manager_calm(); });
    const auto certificate = TRY(load_certificate(config));
    const auto sending = TRY(mail::sending_of(config));
    Store store = TRY(open_store(config));
    const log::Logger log = TRY(open_log(config));
    http::Metrics metrics;
    App app{*store.db, config, log, metrics, now()};

    auth::PasswordHasher hasher{hasher_options(config)};
    if (config.boolean("data.demo"))
        if (const auto users = TRY(first_start(app.db, config, hasher)); users > 0)
            log.info("demo.created", {{"users", users}});
    identity::Identity identity{app.db, hasher, identity_settings(config)};
    epro::Patients patients{app.db, patient_settings(config)};
    audit::Sealer sealer{app.db, store.key, new_uuid()};

    Receivers receivers{store.key, config};
    jobs::Engine engine{app.db, engine_options(app)};
    add_kinds(engine, app, sending, receivers);
    events::Bus bus{app.db, bus_options(app)};
    add_subscribers(bus);

    http::Router router;
    add_routes(router, app, identity, patients, sealer, receivers, engine);
    add_gauges(app, engine, bus);
    const auto pages = TRY(weft::blocking(
        "read the web pages", [&] { return http::StaticFiles::load(config.text("http.web")); }));
    router.fallback([&pages](http::Request& request) { return pages.answer(request); });

    http::ServerOptions options = server_options(config);
    options.bounds.is_crowded = [&, after = config.duration("http.crowded_after")] {
        return app.db.longest_wait() >= after;
    };
    options.certificate = certificate.get();
    options.inherited = inherited_listener();
    http::Server server{router, patients.authoriser(identity.authoriser()), metrics, log, options};
    TRY(server.listen());
    weft::TaskSet background{"background"};
    if (certificate)
        background.go("certificate", [&] { certificate->follow(certificate_interval, log); });
    background.go("audit sealer", [&] { sealer.run(); });
    background.go("old idempotency keys", [&] {
        http::forget_old_replies(app.db, config.duration("http.idempotency_kept"));
    });
    background.go("jobs", [&] { engine.run(); });
    background.go("events", [&] { bus.run(); });
    background.go("schedules", [&] { keep_schedules(engine, app); });
    background.go("reports of past days", [&] { delivery::keep_sealing(app.db); });
    background.go("old jobs", [&] { jobs::keep_trim(app.db, config.duration("jobs.kept")); });
    warn_without_fonts(log);
    log.info("server.started", {{"version", software_version()}, {"address", server.address()}});
    take_signals_over();
    tell_service_manager("READY=1");
    greet(server, config);
    const auto served = serve_until_signal(server, engine, app);
    background.cancel();
    (void)sealer.seal_all();  // what is left is sealed by the next start
    (void)is_stop_asked(app, weft::Duration::zero());
    TRY(served);
    std::printf("Stopped.\n");
    return 0;
}

}  // namespace cohort::app
