// SPDX-License-Identifier: Apache-2.0
// Runs a test's body as goroutine "main" under every driver of the runtime. Mind that CHECK(f())
// swallows what f throws, Cancelled too: where a cancel is expected, call first and check then.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"

#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace test {

/// Runs `body` once with 1, 2 and 4 workers, and once more with every wake moving to another
/// worker. Fails if a goroutine is left or everything falls asleep.
template <class F>
void for_each_worker_count(F body) {
    const auto once = [&body](weft::Options options) {
        INFO("workers: ", options.workers, ", migrate_always: ", options.migrate_always);
        CHECK(weft::run(options, [&body] { body(); }) == 0);
    };
    for (const unsigned workers : {1U, 2U, 4U}) {
        weft::Options options;
        options.workers = workers;
        once(options);
    }
    weft::Options migrating;
    migrating.workers = 2;
    migrating.migrate_always = true;
    once(migrating);
}

/// Runs `body` in the simulator with seeds 1 to `usual` (more under `./dev torture`): one worker, a
/// random order of everything, virtual time. There `weft::sleep` costs nothing and ends only when
/// nothing else can run, so it says "let everybody come to rest".
template <class F>
void for_each_seed(std::uint64_t usual, F body) {
    for (std::uint64_t seed = 1; seed <= seeds(usual); ++seed) {
        INFO("seed: ", seed);
        CHECK(weft::sim::run(seed, [&body] { body(); }) == 0);
    }
}

/// Both.
template <class F>
void everywhere(F body) {
    for_each_worker_count(body);
    for_each_seed(20, body);
}

/// Until the goroutine of that name is seen in that wait.
inline void until_waits(const std::string& name, const std::string& state) {
    const auto waits = [&](const weft::ReportedGoroutine& one) {
        return one.name == name && one.state == state;
    };
    for (;;) {
        const auto all = weft::goroutines();
        if (std::any_of(all.begin(), all.end(), waits)) return;
        weft::yield();
    }
}

}  // namespace test
