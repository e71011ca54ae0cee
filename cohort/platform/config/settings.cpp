// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cohort/platform/config/config.h"

namespace cohort::config {

static constexpr std::array all{
    Setting{"data.folder", Type::text, "var",
            "where the store, the log and the demo's users are kept"},
    Setting{"data.demo", Type::boolean, "true", "create the demo study when the store is empty"},
    Setting{"data.demo_study", Type::text, "demo/hypertension.xml", "the ODM file it comes from"},
    Setting{"store.postgres", Type::text, "",
            "a PostgreSQL database that several servers share: postgresql://USER@HOST/NAME; empty: "
            "SQLite in the data folder",
            true},
    Setting{"store.unsafe_server", Type::boolean, "false",
            "take a PostgreSQL server that may lose what it stored (fsync = off): for tests"},
    Setting{"store.connections", Type::number, "16", "connections to PostgreSQL that write", false,
            1},
    Setting{"audit.new_key", Type::boolean, "false",
            "make a new audit.key where it is missing, although the audit is signed already"},
    Setting{"http.address", Type::text, "127.0.0.1", "address to listen on"},
    Setting{"http.port", Type::number, "8080", "port to listen on; 0 takes a free one"},
    Setting{"http.web", Type::text, "web/dist", "folder of the built web pages"},
    Setting{"http.connections_max", Type::number, "10000", "open connections in all"},
    Setting{"http.connections_per_address_max", Type::number, "1024",
            "open connections of one address"},
    Setting{"http.requests_max", Type::number, "4096", "requests being answered at one time"},
    Setting{"http.requests_per_second_of_address", Type::number, "0",
            "requests of one address a second, twice as many at once; more are told 429; 0: no "
            "bound"},
    Setting{"http.header_timeout", Type::duration, "10s", "time to send a request's header"},
    Setting{"http.idle_timeout", Type::duration, "60s",
            "time between two requests of a connection"},
    Setting{"http.body_bytes_per_second_min", Type::size, "1KiB",
            "slower bodies are given up after a grace of 10 s"},
    Setting{"http.drain_timeout", Type::duration, "10s", "time for running requests when stopping"},
    Setting{"http.restart_grace", Type::duration, "2s",
            "how long a restart (SIGUSR2) lets callers finish with the connections they have"},
    Setting{
        "http.tls_certificate", Type::text, "",
        "PEM file of the server's certificate and its chain; read again when it changes; empty: "
        "plain HTTP"},
    Setting{"http.tls_key", Type::text, "", "PEM file of its private key"},
    Setting{"http.cookie_secure", Type::boolean, "false",
            "cookies over HTTPS only, as with http.tls_certificate; set it behind a TLS proxy"},
    Setting{"http.idempotency_kept", Type::duration, "30d",
            "how long the answer to an Idempotency-Key is given again", false, 60'000},
    Setting{"identity.environment", Type::text, "",
            "what the pages say this server is, such as: training; empty: nothing"},
    Setting{"identity.session_idle", Type::duration, "30m",
            "a session ends after this long without a request", false, 60'000},
    Setting{"identity.session_length", Type::duration, "12h",
            "a session ends after this long whatever happens", false, 60'000},
    Setting{"identity.guesses_per_account", Type::number, "10",
            "wrong passwords within the window that close an account for a while", false, 1},
    Setting{"identity.guesses_per_address", Type::number, "100",
            "the same of one address over all accounts; 0: no bound"},
    Setting{"identity.guesses_window", Type::duration, "15m", "how long a wrong password counts",
            false, 1000},
    Setting{"identity.hash_memory", Type::size, "64MiB",
            "memory that hashing a password takes (argon2id)", false, 8192},
    Setting{"identity.hash_passes", Type::number, "3", "how often it goes over that memory", false,
            1},
    Setting{"identity.hash_at_once", Type::number, "1", "passwords hashed at one time", false, 1},
    Setting{"jobs.slots", Type::number, "64", "items of jobs that one server works on at a time",
            false, 1},
    Setting{"jobs.lease", Type::duration, "15s",
            "how long the items of a server that was killed wait for another one (PostgreSQL)",
            false, 100},
    Setting{"jobs.kept", Type::duration, "90d",
            "how long the items and files of a job that is over are kept", false, 60'000},
    Setting{"events.lease", Type::duration, "5s",
            "how long the events of a server that was killed wait for another one (PostgreSQL)",
            false, 100},
    Setting{"events.tries", Type::number, "10",
            "how often an event is tried before it is put with the dead", false, 1},
    Setting{"events.kept", Type::duration, "30d",
            "how long events are kept on which everybody has acted", false, 60'000},
    Setting{"log.level", Type::text, "info", "debug, info, warn or error"},
    Setting{"log.file", Type::text, "", "file for log lines; empty: DATA/cohort.log; -: stderr"},
    Setting{"log.slow", Type::duration, "1s",
            "a request that takes longer has a line http.slow of its own"},
    Setting{"runtime.workers", Type::number, "0", "threads that run goroutines; 0: one a core"},
};

std::span<const Setting> settings() noexcept {
    return all;
}

}  // namespace cohort::config
