// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/shedder.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <list>
#include <mutex>
#include <random>
#include <vector>

#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/semaphore.h"
#include "weft/sim.h"
#include "weft/task_set.h"

#include "cohort/platform/resilience/lag.h"
#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

namespace {

constexpr Priority all[] = {Priority::bulk, Priority::read, Priority::write, Priority::vital};

// Eight can be served at a time, each for 10 ms: 800 a second.
struct House {
    weft::Semaphore places{8};
    std::atomic<int> waiting{0};
    Shedder shedder{{.running_max = 4096, .running_min = 1, .is_overloaded = [this] {
                         return waiting.load() > 0;
                     }}};
    std::atomic<int> served[4] = {};
    std::atomic<int> refused[4] = {};
    weft::Mutex mutex;  // guards the one below
    std::vector<weft::Duration> took;

    void serve(Priority priority) {
        const auto pass = shedder.admit("", priority);
        if (!pass) {
            ++refused[static_cast<int>(priority)];
            return;
        }
        const auto began = weft::Clock::now();
        ++waiting;
        auto place = places.acquire();
        --waiting;
        weft::sleep(10ms);
        place.release();
        {
            const std::lock_guard lock{mutex};
            took.push_back(weft::Clock::now() - began);
        }
        ++served[static_cast<int>(priority)];
    }

    // `per_second` of each of these classes for so long.
    void load(std::initializer_list<std::pair<Priority, int>> what, std::chrono::seconds time) {
        weft::scope([&](weft::Scope& s) {
            for (const auto& [priority, per_second] : what)
                s.go([&, priority = priority, per_second = per_second] {
                    weft::scope([&](weft::Scope& requests) {
                        for (auto i = 0; i < time.count() * per_second; ++i) {
                            requests.go([&, priority] { serve(priority); });
                            weft::sleep(weft::Duration(1s) / per_second);
                        }
                    });
                });
        });
    }
    weft::Duration p99() {
        std::sort(took.begin(), took.end());
        return took[took.size() * 99 / 100];
    }
};

void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(11, body) == 0);
}

}  // namespace

TEST_CASE("under twice what it can do a server does what it can, and nobody served waits long") {
    in_simulator([] {
        House house;
        house.load({{Priority::read, 700}}, 5s);
        CHECK(house.refused[1] == 0);
        CHECK(house.p99() == 10ms);
        house.took.clear();
        house.served[1] = 0;
        house.load({{Priority::read, 1600}}, 10s);
        CHECK(house.served[1] >= 8000 * 9 / 10);
        CHECK(house.refused[1] > 6000);
        CHECK(house.p99() <= 20ms);
    });
}

TEST_CASE("when there is too much, exports go first, then reads, and what was entered is kept") {
    in_simulator([] {
        House house;
        house.load({{Priority::write, 780}}, 5s);
        CHECK(house.refused[2] == 0);
        house.load({{Priority::write, 300}, {Priority::read, 800}, {Priority::bulk, 500}}, 10s);
        CHECK(house.refused[2] == 0);
        CHECK(house.refused[1] > 0);
        CHECK(house.refused[0] * 8000 > house.refused[1] * 5000);  // of what was asked
        CHECK(house.served[1] > house.served[0]);
    });
}

TEST_CASE("in no state is anything refused while the same caller's of a lower class is taken") {
    in_simulator([] {
        constexpr std::string_view callers[] = {"a", "b", "c"};
        bool is_overloaded = false;
        Shedder shedder(
            {.running_max = 20, .running_min = 3, .is_overloaded = [&] { return is_overloaded; }});
        std::list<Shedder::Pass> held;
        std::minstd_rand random(5);
        int refusals = 0;
        for (int i = 0; i < 20'000; ++i) {
            is_overloaded = random() % 3 == 0;
            const std::string_view caller = callers[random() % 3];
            if (auto pass = shedder.admit(caller, all[random() % 4]))
                held.push_back(std::move(*pass));
            else
                ++refusals;
            weft::sleep(std::chrono::milliseconds(random() % 5));
            while (held.size() > 25 || (!held.empty() && random() % 3 == 0))
                held.erase(std::next(held.begin(), static_cast<long>(random() % held.size())));
            for (int higher = 1; higher < 4; ++higher)
                for (const std::string_view one : callers)
                    if (!shedder.would_admit(one, all[higher]))
                        for (int lower = 0; lower < higher; ++lower)
                            CHECK_FALSE(shedder.would_admit(one, all[lower]));
        }
        CHECK(refusals > 100);
        CHECK(shedder.would_admit("a", Priority::vital));
    });
}

TEST_CASE("reads leave a fifth of the places to what is entered, exports half") {
    in_simulator([] {
        Shedder shedder({.running_max = 10});
        std::vector<Shedder::Pass> held;
        const auto take_all = [&](Priority priority) {
            while (auto pass = shedder.admit("a", priority)) held.push_back(std::move(*pass));
            return held.size();
        };
        CHECK(take_all(Priority::bulk) == 5);
        CHECK(take_all(Priority::read) == 8);
        CHECK(take_all(Priority::write) == 10);
        CHECK(shedder.admit("a", Priority::vital));
    });
}

TEST_CASE("a processor with a fifth of a second of work before each turn is overloaded") {
    weft::Options options;
    options.workers = 1;
    const auto work = [] {
        const auto until = weft::Clock::now() + 1ms;
        while (weft::Clock::now() < until) {
        }
    };
    bool is_noticed = false;
    CHECK(weft::run(options, [&] {
              Lag lag;
              weft::TaskSet watch{"lag"};
              watch.go("lag", [&] { lag.watch(); });
              weft::scope([&](weft::Scope& s) {
                  for (int i = 0; i < 200; ++i)
                      s.go([&] {
                          for (int turn = 0; turn < 20 && !lag.is_overloaded(); ++turn) {
                              work();
                              weft::yield();
                          }
                      });
              });
              is_noticed = lag.is_overloaded();
          }) == 0);
    CHECK(is_noticed);
}

TEST_CASE("in virtual time, where every goroutine runs when it is due, nothing is overloaded") {
    in_simulator([] {
        Lag lag;
        weft::scope([&](weft::Scope& s) {
            s.go([&] { lag.watch(); });
            weft::sleep(1min);
            CHECK_FALSE(lag.is_overloaded());
            s.cancel();
        });
    });
}

}  // namespace cohort::resilience
