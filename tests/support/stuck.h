// SPDX-License-Identifier: Apache-2.0
// For tests of what weft::stuck() finds.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/environment.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace test {

/// Nothing is told in the background: the test looks by itself.
inline weft::Options without_reports() {
    weft::Options options;
    options.stuck_after = weft::Duration::zero();
    options.on_report = [](const weft::Report&) {};
    return options;
}

/// Runs `body` in the simulator, and with one, two and four workers.
template <class F>
void where_things_hang(F body) {
    for (std::uint64_t seed = 1; seed <= seeds(30); ++seed) {
        INFO("seed: ", seed);
        CHECK(weft::sim::run(seed, without_reports(), body) == 0);
    }
    for (const unsigned workers : {1U, 2U, 4U}) {
        INFO("workers: ", workers);
        weft::Options options = without_reports();
        options.workers = workers;
        CHECK(weft::run(options, body) == 0);
    }
}

inline std::vector<weft::Report> stuck_now() {
    return weft::stuck(weft::Duration::zero());
}

/// Runs `hangs` as the goroutine "nurse" until something is stuck, and calls it off.
template <class Hangs>
std::vector<weft::Report> found_while(Hangs hangs) {
    std::vector<weft::Report> found;
    (void)weft::cancellable([&](weft::CancelHandle& handle) {
        weft::scope([&](weft::Scope& s) {
            s.go("nurse", hangs);
            while (found.empty()) {
                weft::yield();
                found = stuck_now();
            }
            handle.cancel();
        });
    });
    return found;
}

inline bool says(const weft::Report& report, const std::string& text) {
    return report.sentence.find(text) != std::string::npos;
}

inline bool says(const std::vector<weft::Report>& found, const std::string& text) {
    return std::any_of(found.begin(), found.end(),
                       [&](const weft::Report& one) { return says(one, text); });
}

/// A task and one of its own that join each other; ends when `s` is cancelled.
inline void start_circle_of_joins(weft::Scope& s, std::optional<weft::Task<void>>& parent) {
    auto [begin, begun] = weft::channel<char>();
    parent = s.go("parent", [&parent, begun = std::move(begun)]() mutable {
        (void)begun.recv();
        weft::scope([&](weft::Scope& inner) {
            inner.go("child", [&] { parent->join(); });
            until_waits("child", "join");
        });
    });
    (void)begin.send('.');
}

}  // namespace test
