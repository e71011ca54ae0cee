// SPDX-License-Identifier: Apache-2.0
// Who is refused when several callers ask more than the machine can do, in virtual time.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "weft/context.h"
#include "weft/scope.h"

#include "cohort/platform/resilience/lately.h"
#include "cohort/platform/resilience/shedder.h"
#include "cohort/platform/resilience/spread.h"
#include "cohort/platform/resilience/test_house.h"
#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

namespace {

// Takes until it is refused. Shape: how many it has then.
std::size_t take_all(Shares& shares, std::string_view caller, std::size_t places,
                     Priority priority = Priority::write) {
    std::size_t taken = 0;
    for (; shares.has_room(caller, priority, places); ++taken) shares.began(caller, priority);
    return taken;
}

}  // namespace

TEST_CASE("a caller that floods is refused while others that ask little never are, nor wait long") {
    in_simulator([] {
        House house(10, 20);
        const std::vector<Load> good{{"a", 50}, {"b", 50}, {"c", 50}, {"d", 50}, {"e", 50}};
        auto alone = house.bear(good, 5s);
        std::vector<Load> all = good;
        all.push_back({"flood", 5000});
        auto fates = house.bear(all, 10s);
        for (const Load& one : good) {
            CHECK(fates[one.caller].refused == 0);
            CHECK(fates[one.caller].served == 500);
            CHECK(alone[one.caller].p99() == 10ms);
            CHECK(fates[one.caller].p99() <= 20ms);
        }
        CHECK(fates["flood"].refused > 40'000);
        CHECK(fates["flood"].served > 4'000);  // what the others leave is its own
        CHECK(house.shedder.callers() == 0);
    });
}

TEST_CASE("callers are in a crowd while one of them is refused, though nobody waits any more") {
    in_simulator([] {
        bool is_crowded = true;
        Shedder shedder({.running_min = 8, .is_crowded = [&] { return is_crowded; }});
        std::vector<Shedder::Pass> held;
        const auto take_all = [&](std::string_view caller) {
            std::size_t taken = 0;
            for (; auto pass = shedder.admit(caller, Priority::write); ++taken)
                held.push_back(std::move(*pass));
            return taken;
        };
        for (int i = 0; i < 30; ++i)  // alone it may queue as long as it likes
            held.push_back(shedder.admit("much", Priority::write).value());
        held.clear();
        CHECK(take_all("little") == 4);  // an equal part
        CHECK(take_all("much") == 4);
        is_crowded = false;
        for (int i = 0; i < 5; ++i) {
            weft::sleep(900ms);
            CHECK_FALSE(shedder.admit("much", Priority::write));
            (void)shedder.admit("little", Priority::bulk);
        }
        weft::sleep(1s);  // nobody was refused for a second: nobody asks too much
        (void)shedder.admit("little", Priority::bulk);
        CHECK(shedder.admit("much", Priority::write));
    });
}

TEST_CASE("who asked in the last second counts though it has nothing running, later it does not") {
    in_simulator([] {
        Lately lately{1s};
        CHECK(lately.callers() == 1);
        for (const char* caller : {"a", "b", "a"}) lately.asks(caller);
        CHECK(lately.callers() == 2);
        weft::sleep(1s);
        lately.asks("b");
        lately.asks("c");
        CHECK(lately.callers() == 3);
        weft::sleep(1s);
        CHECK(lately.callers() == 2);
        weft::sleep(5s);
        CHECK(lately.callers() == 1);
    });
}

TEST_CASE("those who are told to wait at one moment do not come back at one") {
    std::array<int, 10> in_tenth{};
    for (std::uint64_t i = 0; i < 1000; ++i) {
        const weft::Duration waits = spread(i, 2s);
        REQUIRE(waits >= 1s);
        REQUIRE(waits < 2s);
        ++in_tenth.at(static_cast<std::size_t>((waits - 1s) / 100ms));
    }
    for (const int some : in_tenth) CHECK(std::abs(some - 100) <= 3);
}

TEST_CASE("two that flood get alike, however differently they flood") {
    in_simulator([] {
        House house(10, 20);
        auto fates = house.bear({{"much", 2000}, {"more", 8000}}, 10s);
        CHECK(fates["much"].served > 4'000);
        CHECK(fates["more"].served > 4'000);
    });
}

TEST_CASE("a flood of what was entered does not keep others from looking") {
    in_simulator([] {
        House house(10, 20);
        auto fates =
            house.bear({{"flood", 5000}, {"a", 50, Priority::read}, {"b", 50, Priority::bulk}}, 5s);
        CHECK(fates["a"].refused == 0);
        CHECK(fates["b"].refused == 0);
        CHECK(fates["flood"].refused > 15'000);
    });
}

TEST_CASE("what one caller does not use others get, and it gets its part back when it asks") {
    Shares shares;
    CHECK(take_all(shares, "first", 12) == 12);  // nobody else is there
    CHECK(take_all(shares, "second", 12) == 6);
    CHECK(take_all(shares, "third", 12) == 4);
    for (int i = 0; i < 11; ++i) shares.ended("first", Priority::write);
    CHECK(shares.has_room("second", Priority::write, 12));  // 1 + 6 + 4, and one more
    shares.began("second", Priority::write);
    CHECK_FALSE(shares.has_room("second", Priority::write, 12));
    CHECK(shares.has_room("first", Priority::write, 12));
}

TEST_CASE("callers who come one after the other do not add up without a bound") {
    Shares shares;
    std::size_t taken = 0;
    for (int i = 0; i < 20; ++i) taken += take_all(shares, "caller " + std::to_string(i), 12);
    CHECK(taken == 12 + 6 + 4 + 3 + 2 + 2 + 6);  // each an equal part among those who were there
    CHECK(shares.size() == 12);                  // for the thirteenth there is no place
}

TEST_CASE("a caller's share of a class is not used up by what it has in lower ones") {
    Shares shares;
    CHECK(take_all(shares, "a", 4, Priority::bulk) == 4);
    CHECK(take_all(shares, "a", 4, Priority::read) == 4);
    CHECK(take_all(shares, "a", 4, Priority::write) == 4);
    CHECK(take_all(shares, "b", 4, Priority::bulk) == 2);
}

// The share by its definition: the level up to which all are filled, found by trying.
TEST_CASE("who is within its share is as max-min fairness says, whoever comes and goes") {
    constexpr std::size_t places = 20;
    Shares shares;
    std::map<std::string, std::size_t> running;
    std::minstd_rand random(3);
    for (int i = 0; i < 20'000; ++i) {
        const std::string caller(1, static_cast<char>('a' + random() % 8));
        if (running[caller] > 0 && random() % 2 == 0) {
            shares.ended(caller, Priority::write);
            --running[caller];
            continue;
        }
        auto wanted = running;
        ++wanted[caller];
        const auto filled = [&](std::size_t level) {
            std::size_t sum = 0;
            for (const auto& [name, n] : wanted) sum += std::min(n, level);
            return sum;
        };
        std::size_t level = 0;
        while (level < 100 && filled(level + 1) <= places) ++level;
        CHECK(shares.has_room(caller, Priority::write, places) == (wanted[caller] <= level));
        if (running[caller] > 15) continue;
        shares.began(caller, Priority::write);  // refused or not: any state may come about
        ++running[caller];
    }
}

TEST_CASE("callers that are gone are forgotten") {
    Shares shares;
    for (int i = 0; i < 10'000; ++i) {
        const std::string caller = "caller " + std::to_string(i);
        shares.began(caller, Priority::read);
        shares.began(caller, Priority::vital);
        CHECK(shares.size() == 1);
        shares.ended(caller, Priority::vital);
        shares.ended(caller, Priority::read);
    }
    CHECK(shares.size() == 0);
    CHECK(shares.running(Priority::bulk) == 0);
}

TEST_CASE("who comes back when it was told is let in, but for a few") {
    in_simulator([] {
        House house(10, 20);
        const auto work = [&house](const Load& load) { house.serve(load); };
        house.bear({{"flood", 2000}}, 1s);  // what the machine can do is known
        constexpr int burst = 4000;
        int refusals = 0;
        house.fates.clear();
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < burst; ++i) {
                s.go([&] {
                    while (!house.shedder.would_admit("flood", Priority::write)) {
                        ++refusals;
                        const auto told = house.shedder.next_turn("flood");
                        CHECK(told <= 10s);
                        weft::sleep(std::chrono::ceil<std::chrono::seconds>(told));
                    }
                    work({"flood", 0});
                });
                weft::sleep(weft::Duration(1s) / 4000);
            }
        });
        CHECK(house.fates["flood"].served == burst);
        CHECK(refusals >= 2000);
        CHECK(refusals <= burst * 3 / 2);  // all told the same second, they would be over 8,000
    });
}

TEST_CASE(
    "turns are kept of no more callers than there is room for, and those behind are bounded") {
    in_simulator([] {
        Turns turns;
        for (std::size_t i = 0; i < Turns::keys_max; ++i)
            CHECK(turns.take("caller " + std::to_string(i), 1ms) == 1ms);
        weft::sleep(1s);
        CHECK(turns.take("one more", 1s) == 1s);
        CHECK(turns.size() == 1);
        CHECK(turns.take("one more", 1s) == 2s);
        CHECK(turns.take("another", 1s) == 1s);  // its turns are its own
        for (int i = 0; i < 100; ++i) CHECK(turns.take("one more", 1s) <= 10s);
    });
}

TEST_CASE("a machine that keeps up refuses nobody, however unequal they are") {
    in_simulator([] {
        Shedder shedder({.running_max = 1000, .running_min = 1});
        std::vector<Shedder::Pass> held;
        for (int i = 0; i < 900; ++i) {
            auto pass = shedder.admit("one", Priority::write);
            REQUIRE(pass);
            held.push_back(std::move(*pass));
        }
    });
}

TEST_CASE("who is refused is told whether that is because of others") {
    in_simulator([] {
        Shedder shedder({.running_min = 4, .is_overloaded = [] { return true; }});
        std::vector<Shedder::Pass> held;
        // Nothing has finished: four is all that is known to be possible, once one has.
        {
            auto first = shedder.admit("one", Priority::write);
        }
        while (auto pass = shedder.admit("one", Priority::write)) held.push_back(std::move(*pass));
        CHECK(held.size() == 4);
        CHECK(shedder.would_admit("one", Priority::write).error().code == "overloaded");
        auto other = shedder.admit("two", Priority::write);
        REQUIRE(other);
        CHECK(shedder.would_admit("one", Priority::write).error().code == "over-share");
    });
}

}  // namespace cohort::resilience
