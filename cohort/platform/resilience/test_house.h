// SPDX-License-Identifier: Apache-2.0
// For tests, in virtual time: a house that can serve so many at a time, and those who come to it.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/sim.h"

#include "cohort/platform/resilience/shedder.h"
#include "tests/support/test.h"

namespace cohort::resilience {

struct Fate {
    int served = 0;
    int refused = 0;
    std::vector<weft::Duration> took;  // of those served

    weft::Duration p99() {
        std::sort(took.begin(), took.end());
        return took.at(took.size() * 99 / 100);
    }
};

struct Load {
    std::string caller;
    int per_second;
    Priority priority = Priority::write;
    std::string name = {};  ///< whose fate it is; empty: the caller's

    const std::string& whose() const { return name.empty() ? caller : name; }
};

// Each is served for 10 ms.
struct House {
    House(std::ptrdiff_t at_a_time, std::size_t running_min)
        : places(at_a_time),
          shedder({.running_min = running_min, .is_overloaded = [this] { return waiting > 0; }}) {}

    weft::Semaphore places;
    std::atomic<int> waiting{0};
    Shedder shedder;
    weft::Mutex mutex;  // guards the one below
    std::map<std::string, Fate> fates;

    void serve(const Load& load) {
        const auto pass = shedder.admit(load.caller, load.priority);
        if (!pass) {
            const std::lock_guard lock{mutex};
            ++fates[load.whose()].refused;
            return;
        }
        const auto began = weft::Clock::now();
        ++waiting;
        auto place = places.acquire();
        --waiting;
        weft::sleep(std::chrono::milliseconds(10));
        place.release();
        const std::lock_guard lock{mutex};
        Fate& fate = fates[load.whose()];
        ++fate.served;
        fate.took.push_back(weft::Clock::now() - began);
    }

    // What became of those who came in this time.
    std::map<std::string, Fate> bear(const std::vector<Load>& loads, std::chrono::seconds time) {
        fates.clear();
        weft::scope([&](weft::Scope& s) {
            for (const Load& load : loads)
                s.go([&] {
                    weft::scope([&](weft::Scope& requests) {
                        for (auto i = 0; i < time.count() * load.per_second; ++i) {
                            requests.go([&] { serve(load); });
                            weft::sleep(weft::Duration(std::chrono::seconds(1)) / load.per_second);
                        }
                    });
                });
        });
        return fates;
    }
};

inline void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(11, body) == 0);
}

}  // namespace cohort::resilience
