// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/shedder.h"

#include <initializer_list>
#include <iterator>
#include <list>
#include <random>
#include <utility>
#include <vector>

#include "weft/context.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/task_set.h"

#include "cohort/platform/resilience/lag.h"
#include "cohort/platform/resilience/test_house.h"
#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

namespace {

constexpr Priority all[] = {Priority::bulk, Priority::read, Priority::write, Priority::vital};
constexpr const char* names[] = {"bulk", "read", "write", "vital"};

// What a caller wants of each class, each class's fate told by itself.
std::vector<Load> of_each(std::initializer_list<std::pair<Priority, int>> wanted) {
    std::vector<Load> loads;
    for (const auto& [priority, per_second] : wanted)
        loads.push_back({"", per_second, priority, names[static_cast<std::size_t>(priority)]});
    return loads;
}

}  // namespace

TEST_CASE("under twice what it can do a server does what it can, and nobody served waits long") {
    in_simulator([] {
        House house(8, 1);
        auto usual = house.bear(of_each({{Priority::read, 700}}), 5s);
        CHECK(usual["read"].refused == 0);
        CHECK(usual["read"].p99() == 10ms);
        auto twice = house.bear(of_each({{Priority::read, 1600}}), 10s);
        CHECK(twice["read"].served >= 8000 * 9 / 10);
        CHECK(twice["read"].refused > 6000);
        CHECK(twice["read"].p99() <= 20ms);
    });
}

TEST_CASE("when there is too much, exports go first, then reads, and what was entered is kept") {
    in_simulator([] {
        House house(8, 1);
        CHECK(house.bear(of_each({{Priority::write, 780}}), 5s)["write"].refused == 0);
        auto fates = house.bear(
            of_each({{Priority::write, 300}, {Priority::read, 800}, {Priority::bulk, 500}}), 10s);
        CHECK(fates["write"].refused == 0);
        CHECK(fates["read"].refused > 0);
        CHECK(fates["bulk"].refused * 8000 > fates["read"].refused * 5000);  // of what was asked
        CHECK(fates["read"].served > fates["bulk"].served);
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
