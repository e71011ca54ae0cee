// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "cohort/platform/config/config.h"

namespace cohort::config {

static constexpr std::array all{
    Setting{"data.folder", Type::text, "var",
            "where the store, the log and the demo's users are kept"},
    Setting{"data.demo", Type::boolean, "true", "create the demo study when the store is empty"},
    Setting{"data.demo_study", Type::text, "demo/hypertension.xml", "the ODM file it comes from"},
    Setting{"http.address", Type::text, "127.0.0.1", "address to listen on"},
    Setting{"http.port", Type::number, "8080", "port to listen on; 0 takes a free one"},
    Setting{"http.web", Type::text, "web/dist", "folder of the built web pages"},
    Setting{"http.connections_max", Type::number, "10000", "open connections in all"},
    Setting{"http.connections_per_address_max", Type::number, "1024",
            "open connections of one address"},
    Setting{"http.requests_max", Type::number, "4096", "requests being answered at one time"},
    Setting{"http.header_timeout", Type::duration, "10s", "time to send a request's header"},
    Setting{"http.idle_timeout", Type::duration, "60s",
            "time between two requests of a connection"},
    Setting{"http.body_bytes_per_second_min", Type::size, "1KiB",
            "slower bodies are given up after a grace of 10 s"},
    Setting{"http.drain_timeout", Type::duration, "10s", "time for running requests when stopping"},
    Setting{"http.cookie_secure", Type::boolean, "false",
            "cookies over HTTPS only; set it behind a TLS proxy"},
    Setting{"log.level", Type::text, "info", "debug, info, warn or error"},
    Setting{"log.file", Type::text, "", "file for log lines; empty: DATA/cohort.log; -: stderr"},
    Setting{"runtime.workers", Type::number, "0", "threads that run goroutines; 0: one a core"},
};

std::span<const Setting> settings() noexcept {
    return all;
}

}  // namespace cohort::config
