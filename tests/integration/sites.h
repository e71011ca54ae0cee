// SPDX-License-Identifier: Apache-2.0
// Sites whose patients submit, each a process with an address of its own.
#pragma once

#include <string>

#include "tests/integration/answering.h"
#include "tests/integration/server_process.h"

namespace tests {

/// What came of what a site sent.
struct SiteFate {
    std::int64_t sent = 0;
    std::int64_t accepted = 0;
    std::int64_t refused = 0;       ///< 429 and 503
    std::int64_t turned_away = 0;   ///< connections: 503 before anything was asked
    std::int64_t without_time = 0;  ///< of both, without Retry-After
    std::int64_t after_body = 0;    ///< of those refused, after the body had been asked for
    std::int64_t other = 0;         ///< anything else, and no answer
    double p50_ms = 0;              ///< of those accepted
    double p99_ms = 0;
};

struct SiteOptions {
    int number;                 ///< its address is 127.0.0.NUMBER
    int connections = 1;        ///< on each one request after the other
    double per_second = 0;      ///< of all; 0: as fast as answers come
    std::int64_t count = 0;     ///< ends when so many were accepted; 0: when it is told to
    bool asks_to_send = false;  ///< sends a body only when it is told to go on (Expect)
};

class Site {
  public:
    /// Its patients answer window after window, in turns. Once this returns it is at it.
    /// Blocks: the goroutine.
    Site(const Server& server, const test::TempFolder& folder, const Patients& patients,
         const SiteOptions& options);

    /// Waits until `count` were accepted. Blocks: the goroutine.
    SiteFate wait();

    /// Lets it send no more, and waits for the answers to what was sent. Blocks: the goroutine.
    SiteFate stop();

  private:
    std::string said() const;  // on its standard error

    std::string errors_;  // the file with it
    Process process_;
};

/// Memory that a process has in use, in KiB. Source: proc(5), VmRSS.
std::int64_t resident_kib(int pid);

}  // namespace tests
