// SPDX-License-Identifier: Apache-2.0
// Options::diagnosis.
#include <mutex>
#include <string>
#include <vector>

#include "weft/mutex.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

namespace weft {
namespace {

Options without_diagnosis(std::vector<Report>& told) {
    Options options;
    options.diagnosis = false;
    options.on_report = [&told](const Report& report) { told.push_back(report); };
    return options;
}

// Both orders of two locks, one after the other.
void take_in_both_orders() {
    Mutex patient("patient");
    Mutex trial("trial");
    const auto take = [](Mutex& one, Mutex& other) {
        const std::lock_guard outer(one);
        const std::lock_guard inner(other);
    };
    scope([&](Scope& s) { s.go([&] { take(patient, trial); }).join(); });
    scope([&](Scope& s) { s.go([&] { take(trial, patient); }).join(); });
}

}  // namespace

TEST_CASE("without diagnosis nothing is said of the order of locks, with it it is") {
    std::vector<Report> told;
    CHECK(sim::run(1, without_diagnosis(told), [] { take_in_both_orders(); }) == 0);
    CHECK(told.empty());
    Options options = without_diagnosis(told);
    options.diagnosis = true;
    CHECK(sim::run(1, options, [] { take_in_both_orders(); }) == 0);
    REQUIRE(told.size() == 1);
    CHECK(told[0].finding == Finding::lock_order);
}

TEST_CASE("without diagnosis a circle is closed unsaid, and found once all are asleep") {
    // In a process of its own: those that wait for ever are left behind with all they hold.
    const auto end = test::in_child([] {
        std::vector<Report> told;
        Options options = without_diagnosis(told);
        options.on_deadlock = [](const std::string&) {};
        const int code = sim::run(1, options, [] {
            Mutex patient("patient");
            Mutex trial("trial");
            scope([&](Scope& s) {
                const auto take = [](Mutex& one, Mutex& other) {
                    const std::lock_guard outer(one);
                    sleep(std::chrono::seconds(1));
                    const std::lock_guard inner(other);
                };
                s.go([&] { take(patient, trial); });
                s.go([&] { take(trial, patient); });
            });
        });
        const bool once = told.size() == 1 && told[0].finding == Finding::deadlock;
        return once ? code : 1;
    });
    CHECK(end.exit_code == 2);
}

TEST_CASE("without diagnosis a broken contract is reported all the same") {
    const auto end = test::in_child([] {
        std::vector<Report> told;
        return run(without_diagnosis(told), [] {
            Mutex mutex("patient");
            mutex.lock();
            mutex.lock();
        });
    });
    CHECK(end.said("locked again by the goroutine that holds it"));
}

}  // namespace weft
