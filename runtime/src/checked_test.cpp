// SPDX-License-Identifier: Apache-2.0
#include "weft/checked.h"

#include <csignal>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "weft/channel.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

using Beds = std::map<int, int>;

}  // namespace

TEST_CASE("readers together, and writers after one another, are no breach") {
    test::everywhere([] {
        Checked<Beds> beds(Beds{{1, 10}, {2, 20}});
        scope([&](Scope& s) {
            for (int k = 0; k < 4; ++k)
                s.go([&] {
                    auto seen = beds.read();
                    int sum = 0;
                    for (const auto& [bed, patient] : seen) {
                        sum += patient;
                        yield();
                    }
                    CHECK(sum == 30);
                });
        });
        for (int k = 0; k < 3; ++k)
            scope([&](Scope& s) { s.go([&, k] { beds.write()->emplace(k + 3, k); }); });
        CHECK(beds.read()->size() == 5);
    });
}

TEST_CASE("a write while another iterates across a wait is reported, and both are named") {
    const auto end = test::in_child([] {
        return run([] {
            Checked<Beds> beds(Beds{{1, 10}, {2, 20}}, "beds");
            scope([&](Scope& s) {
                auto [go_on, waits] = channel<int>();
                s.go("round", [&beds, waits = std::move(waits)]() mutable {
                    auto seen = beds.read();
                    for (const auto& bed : seen) {
                        (void)bed;
                        (void)waits.recv();
                    }
                });
                s.go("admission", [&beds, go_on = std::move(go_on)]() mutable {
                    (void)go_on.send(1);
                    beds.write()->emplace(3, 30);
                });
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("unsynchronised use of \"beds\""));
    CHECK(end.said("\"admission\" writes it at"));
    CHECK(end.said("\"round\" reads it since"));
    CHECK(end.said("checked_test.cpp"));
}

TEST_CASE("a goroutine that writes what it is itself reading is reported") {
    const auto end = test::in_child([] {
        return run([] {
            Checked<Beds> beds(Beds{{1, 10}});
            auto seen = beds.read();
            for (const auto& [bed, patient] : seen) beds.write()->erase(bed + patient);
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("\"main\" writes it at"));
    CHECK(end.said("\"main\" reads it since"));
}

TEST_CASE("two plain threads that write at once are reported") {
    const auto end = test::in_child([] {
        Checked<Beds> beds;
        auto mine = beds.write();
        std::thread other([&] { beds.write()->clear(); });
        other.join();
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("writes it since"));
}

TEST_CASE("destroying a checked value in use is reported") {
    const auto end = test::in_child([] {
        auto beds = std::make_unique<Checked<Beds>>();
        auto seen = beds->read();
        beds.reset();
        return 0;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("destroyed while it was in use"));
}

}  // namespace weft
