// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/resilience/cache.h"

#include <atomic>
#include <string>
#include <vector>

#include "weft/scope.h"
#include "weft/sim.h"

#include "tests/support/test.h"

namespace cohort::resilience {

using namespace std::chrono_literals;

namespace {

struct Asked {
    Cache<std::string, int> cache;
    std::atomic<int> times{0};

    explicit Asked(const CacheOptions& options) : cache(options, 1) {}

    Result<int> get(const std::string& key) {
        return cache.get(key, [&]() -> Result<int> {
            ++times;
            weft::sleep(10ms);
            if (key == "none") return not_found("none", "There is none.");
            if (key == "down") return unavailable("down", "It cannot be asked.");
            return times.load();
        });
    }
};

void in_simulator(const std::function<void()>& body) {
    CHECK(weft::sim::run(11, body) == 0);
}

}  // namespace

TEST_CASE("a value is made once for all who ask while it is kept, and anew afterwards") {
    in_simulator([] {
        Asked asked({.kept = 1000ms, .jitter = 0});
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 50; ++i) s.go([&] { CHECK(asked.get("a").value() == 1); });
        });
        weft::sleep(990ms);
        CHECK(asked.get("a").value() == 1);
        weft::sleep(20ms);
        CHECK(asked.get("a").value() == 2);
        CHECK(asked.times == 2);
    });
}

TEST_CASE("that there is nothing is kept for its own time, that it cannot be known never") {
    in_simulator([] {
        Asked asked({.kept = 1h, .absence_kept = 100ms, .jitter = 0});
        CHECK(asked.get("none").error().code == "none");
        CHECK(asked.get("none").error().code == "none");
        CHECK(asked.times == 1);
        weft::sleep(101ms);
        (void)asked.get("none");
        CHECK(asked.times == 2);
        CHECK(asked.get("down").error().code == "down");
        CHECK(asked.get("down").error().code == "down");
        CHECK(asked.times == 4);
        CHECK(asked.cache.size() == 1);
    });
}

TEST_CASE("entries of one moment end in different moments, none more than the jitter away") {
    in_simulator([] {
        Asked asked({.kept = 1000ms, .jitter = 0.05});
        std::vector<std::string> keys;
        for (int i = 0; i < 100; ++i) keys.push_back("k" + std::to_string(i));
        weft::scope([&](weft::Scope& s) {
            for (const std::string& key : keys) s.go([&] { (void)asked.get(key); });
        });
        weft::sleep(949ms);
        CHECK(asked.times == 100);
        const auto made_anew_by = [&](weft::Duration time) {
            weft::sleep(time);
            weft::scope([&](weft::Scope& s) {
                for (const std::string& key : keys) s.go([&] { (void)asked.get(key); });
            });
            return asked.times - 100;
        };
        CHECK(made_anew_by(0ms) == 0);
        const int by_the_middle = made_anew_by(51ms);
        CHECK(by_the_middle > 20);
        CHECK(by_the_middle < 80);
        CHECK(made_anew_by(50ms) == 100);
    });
}

TEST_CASE("there are never more entries than allowed; the one that ends first goes") {
    in_simulator([] {
        Asked asked({.kept = 1h, .jitter = 0, .most = 2});
        for (const char* key : {"a", "b", "c"}) (void)asked.get(key);
        CHECK(asked.cache.size() == 2);
        (void)asked.get("c");
        (void)asked.get("b");
        CHECK(asked.times == 3);
        (void)asked.get("a");
        CHECK(asked.times == 4);
    });
}

TEST_CASE("what was being made when all was forgotten is given to who waits, and not kept") {
    in_simulator([] {
        Asked asked({.kept = 1h, .jitter = 0});
        weft::scope([&](weft::Scope& s) {
            s.go([&] { CHECK(asked.get("a").value() == 1); });
            weft::sleep(5ms);
            asked.cache.forget();
        });
        CHECK(asked.get("a").value() == 2);
    });
}

}  // namespace cohort::resilience
