// SPDX-License-Identifier: Apache-2.0
// For tests of what is reported while a program runs: `body(told)` is run by every driver, and
// looks at what it was told of.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "weft/report.h"
#include "weft/run.h"
#include "weft/sim.h"

#include "tests/support/environment.h"
#include "tests/support/test.h"

namespace test {

/// What was reported in one run, but for the lock order, which has its own tests.
class Told {
  public:
    void operator()(const weft::Report& report) {
        if (report.finding == weft::Finding::lock_order) return;
        const std::lock_guard guard(mutex_);
        reports_.push_back(report);
    }
    std::vector<weft::Report> all() const {
        const std::lock_guard guard(mutex_);
        return reports_;
    }
    std::size_t count() const { return all().size(); }

  private:
    mutable std::mutex mutex_;
    std::vector<weft::Report> reports_;
};

inline weft::Options telling(Told& told) {
    weft::Options options;
    options.stuck_after =
        weft::Duration::zero();  // on a slow machine whoever holds a lock may do so for long
    options.on_report = [&told](const weft::Report& report) { told(report); };
    options.on_deadlock = [](const std::string&) {};
    return options;
}

/// In the simulator, where every circle is seen at once.
template <class F>
void told_for_each_seed(F body) {
    for (std::uint64_t seed = 1; seed <= seeds(30); ++seed) {
        INFO("seed: ", seed);
        Told told;
        CHECK(weft::sim::run(seed, telling(told), [&] { body(told); }) == 0);
    }
}

template <class F>
void told_for_each_worker_count(F body) {
    for (const unsigned workers : {1U, 2U, 4U}) {
        INFO("workers: ", workers);
        Told told;
        weft::Options options = telling(told);
        options.workers = workers;
        CHECK(weft::run(options, [&] { body(told); }) == 0);
    }
}

template <class F>
void told_everywhere(F body) {
    told_for_each_seed(body);
    told_for_each_worker_count(body);
}

/// 1: `f` threw DeadlockError.
template <class F>
int refused(F f) {
    try {
        f();
    } catch (const weft::DeadlockError&) {
        return 1;
    }
    return 0;
}

inline bool says(const weft::Report& report, const char* text) {
    return report.sentence.find(text) != std::string::npos;
}

}  // namespace test
