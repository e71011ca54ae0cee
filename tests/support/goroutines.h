// SPDX-License-Identifier: Apache-2.0
// Runs a test's body as goroutine "main" under every driver of the runtime. Mind that CHECK(f())
// swallows what f throws, Cancelled too: where a cancel is expected, call first and check then.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "weft/context.h"
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
void for_each_worker_count(F body, const weft::Options& with = {}) {
    const auto once = [&body](const weft::Options& options) {
        INFO("workers: ", options.workers, ", migrate_always: ", options.migrate_always);
        CHECK(weft::run(options, [&body] { body(); }) == 0);
    };
    for (const unsigned workers : {1U, 2U, 4U}) {
        weft::Options options = with;
        options.workers = workers;
        once(options);
    }
    weft::Options migrating = with;
    migrating.workers = 2;
    migrating.migrate_always = true;
    once(migrating);
}

/// Runs `body` in the simulator with seeds 1 to `usual` (more under `./dev torture`): one worker, a
/// random order of everything, virtual time. There `weft::sleep` costs nothing and ends only when
/// nothing else can run, so it says "let everybody come to rest".
template <class F>
void for_each_seed(std::uint64_t usual, F body, const weft::Options& with = {}) {
    for (std::uint64_t seed = 1; seed <= seeds(usual); ++seed) {
        INFO("seed: ", seed);
        CHECK(weft::sim::run(seed, with, [&body] { body(); }) == 0);
    }
}

/// Both.
template <class F>
void everywhere(F body, const weft::Options& with = {}) {
    for_each_worker_count(body, with);
    for_each_seed(20, body, with);
}

/// Lets others run until that holds.
template <class Condition>
void yield_until(Condition holds) {
    while (!holds()) weft::yield();
}

/// Until the goroutine of that name is seen in that wait.
inline void until_waits(const std::string& name, const std::string& state) {
    const auto waits = [&](const weft::ReportedGoroutine& one) {
        return one.name == name && one.state == state;
    };
    yield_until([&] {
        const auto all = weft::goroutines();
        return std::any_of(all.begin(), all.end(), waits);
    });
}

/// Until that many goroutines, no more and no fewer, are seen in that wait.
inline void until_waiting(std::ptrdiff_t count, const std::string& state) {
    const auto waits = [&](const weft::ReportedGoroutine& one) { return one.state == state; };
    yield_until([&] {
        const auto all = weft::goroutines();
        return std::count_if(all.begin(), all.end(), waits) == count;
    });
}

/// Starts `f` as a goroutine; once that is seen in that wait, calls `meanwhile`, cancels it and
/// waits for its end. Whether the cancel ended it.
template <class F, class Meanwhile>
bool cancel_in(const std::string& state, F f, Meanwhile meanwhile) {
    const auto [context, cancel] = weft::Context::background().with_cancel();
    bool ended = false;
    weft::scope([&, &context = context, &cancel = cancel](weft::Scope& s) {
        s.go("to be cancelled", [&] { ended = !context.try_run(f).ok(); });
        until_waits("to be cancelled", state);
        meanwhile();
        cancel.cancel();
    });
    return ended;
}
template <class F>
bool cancel_in(const std::string& state, F f) {
    return cancel_in(state, f, [] {});
}

/// How long to watch a wait that must not end: long where time costs nothing.
inline weft::Duration for_a_while() {
    using namespace std::chrono_literals;
    return weft::sim::current_seed() != 0 ? weft::Duration(24h) : weft::Duration(1ms);
}

}  // namespace test
