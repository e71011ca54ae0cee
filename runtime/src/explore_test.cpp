// SPDX-License-Identifier: Apache-2.0
#include "weft/explore.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "weft/channel.h"
#include "weft/cond.h"
#include "weft/ensure.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/ticker.h"
#include "weft/time.h"

#include "runtime/src/picks.h"
#include "tests/support/child.h"
#include "tests/support/test.h"

namespace weft {
namespace {

using namespace std::chrono_literals;
using Strategies = std::vector<std::variant<sim::Random, sim::Pct, sim::Dfs>>;

void require(bool holds, const char* otherwise) {
    if (!holds) throw std::runtime_error(otherwise);
}

// Nothing is printed of what is expected.
sim::ExploreOptions quietly(sim::ExploreOptions options = {}) {
    options.on_failure = [](const sim::Failure&) {};
    return options;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Two book one unit each; the balance is read under the lock, and written under it, but not in one.
void book_two_units(bool in_one) {
    Mutex lock;
    int balance = 0;
    const auto book = [&] {
        std::unique_lock held(lock);
        const int seen = balance;
        if (!in_one) {
            held.unlock();
            held.lock();
        }
        balance = seen + 1;
    };
    scope([&](Scope& s) {
        s.go("first", book);
        s.go("second", book);
    });
    require(balance == 2, "a booking was lost");
}

const Strategies every_strategy = {sim::Random{}, sim::Pct{2}, sim::Dfs{1}};

TEST_CASE("each strategy finds the order in which an update is lost, and none in the mended test") {
    for (const auto& strategy : every_strategy) {
        CAPTURE(strategy.index());
        const auto wrong =
            sim::explore(quietly({.strategy = strategy}), [] { book_two_units(false); });
        REQUIRE(wrong.failure);
        CHECK(wrong.failure->what == "the test threw: a booking was lost");
        CHECK(wrong.schedules < 200);
        const auto right = sim::explore({.strategy = strategy}, [] { book_two_units(true); });
        CHECK(right.ok());
    }
}

TEST_CASE("a systematic search ends when there is no other schedule, and says so") {
    const auto few = sim::explore({.strategy = sim::Dfs{0}, .iterations = 100'000},
                                  [] { book_two_units(true); });
    const auto more = sim::explore({.strategy = sim::Dfs{2}, .iterations = 100'000},
                                   [] { book_two_units(true); });
    CHECK(few.all);
    CHECK(more.all);
    CHECK(few.schedules < more.schedules);
    CHECK(!sim::explore({.strategy = sim::Dfs{2}, .iterations = 2}, [] {
               book_two_units(true);
           }).all);
}

TEST_CASE("a systematic search gives sim::choose every value there is") {
    std::set<std::size_t> seen;
    const auto explored = sim::explore({.strategy = sim::Dfs{}, .repeat_every = 0}, [&] {
        const std::size_t first = sim::choose(3);
        seen.insert(10 * first + sim::choose(2));
    });
    CHECK(explored.schedules == 6);
    CHECK(seen == std::set<std::size_t>{0, 1, 10, 11, 20, 21});
}

TEST_CASE("locks taken in opposite orders are found to hang, though most orders do not") {
    for (const auto& strategy : every_strategy) {
        const auto explored = sim::explore(quietly({.strategy = strategy}), [] {
            Mutex a("a");
            Mutex b("b");
            const auto take = [](Mutex& first, Mutex& second) {
                const std::lock_guard one(first);
                const std::lock_guard two(second);
            };
            scope([&](Scope& s) {
                s.go("one", [&] { take(a, b); });
                s.go("other", [&] { take(b, a); });
            });
        });
        REQUIRE(explored.failure);
        CHECK(contains(explored.failure->what, "\"other\""));
    }
}

TEST_CASE("a schedule at whose end all are asleep for ever is a failure, with the report") {
    const auto explored = sim::explore(quietly(), [] {
        Event asked;
        Event answered;
        // Of these nothing lies on the heap: who hangs is left behind.
        scope([&](Scope&) {
            go("asks", [&] {
                const bool too_early = !answered.is_set();
                asked.set();
                if (too_early) answered.wait();
            });
            asked.reset();  // meant to come first
            asked.wait();
            answered.set();
        });
    });
    REQUIRE(explored.failure);
    CHECK(contains(explored.failure->what, "PROVEN deadlock"));
    CHECK(contains(explored.failure->what, "\"asks\" [event"));
}

TEST_CASE("those who hang for ever while others go on are found before the test ends") {
    const auto explored = sim::explore(quietly({.iterations = 1}), [] {
        auto [to_ward, at_ward] = channel<int>();
        auto [to_lab, at_lab] = channel<int>();
        scope([&, &to_ward = to_ward, &at_ward = at_ward, &to_lab = to_lab,
               &at_lab = at_lab](Scope& s) {
            go("ward", [to = std::move(to_lab), at = std::move(at_ward)]() mutable {
                if (at.recv()) (void)to.send(1);
            });
            go("lab", [to = std::move(to_ward), at = std::move(at_lab)]() mutable {
                if (at.recv()) (void)to.send(1);
            });
            sleep(1h);
            s.cancel();
        });
    });
    REQUIRE(explored.failure);
    CHECK(contains(explored.failure->what, "stuck"));
    CHECK(contains(explored.failure->what, "\"ward\""));
}

TEST_CASE("a test that does not end is a failure") {
    const auto explored = sim::explore(quietly({.choices = 500}), [] {
        for (;;) yield();
    });
    REQUIRE(explored.failure);
    CHECK(contains(explored.failure->what, "after 500 choices the test has not ended"));
}

TEST_CASE("the failing schedule is shortened to the turns that it takes, and told with its lines") {
    const auto explored = sim::explore(quietly({.iterations = 5000}), [] {
        Mutex others;
        scope([&](Scope& s) {
            for (int i = 0; i < 3; ++i)
                s.go("noise", [&] {
                    for (int k = 0; k < 5; ++k) const std::lock_guard held(others);
                });
        });
        book_two_units(false);
    });
    REQUIRE(explored.failure);
    const std::string& replay = explored.failure->replay;
    const auto picks = detail::picks_of_text(replay.substr(replay.find('/') + 1));
    REQUIRE(picks);
    CHECK(std::count_if(picks->begin(), picks->end(), [](auto pick) { return pick != 0; }) <= 2);
    CHECK(contains(explored.failure->text, "\"first\" runs up to "));
    CHECK(contains(explored.failure->text, "explore_test.cpp:"));
    CHECK(contains(explored.failure->text, "repeat it: WEFT_REPLAY=explore_test.cpp:"));
}

// As from the command line.
class Environment {
  public:
    explicit Environment(const std::string& replay) {
        ::setenv("WEFT_REPLAY", replay.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
    }
    ~Environment() { ::unsetenv("WEFT_REPLAY"); }  // NOLINT(concurrency-mt-unsafe)
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
};

TEST_CASE(
    "WEFT_REPLAY repeats the schedule that failed, choice by choice, and at that place only") {
    std::vector<std::string> events;
    const auto explored_here = [&] {
        return sim::explore(quietly(), [&] {
            events.clear();
            Mutex lock;
            int balance = 0;
            const auto book = [&](const char* name) {
                const int seen = balance;
                events.push_back(std::string(name) + " read");
                const std::lock_guard held(lock);
                balance = seen + 1;
                events.push_back(std::string(name) + " wrote");
            };
            scope([&](Scope& s) {
                for (const char* name : {"a", "b", "c"}) s.go(name, [&, name] { book(name); });
            });
            require(balance == 3, "a booking was lost");
        });
    };
    const auto found = explored_here();
    REQUIRE(found.failure);
    const auto order = events;
    events.clear();
    const Environment replay(found.failure->replay);
    const auto again = explored_here();
    REQUIRE(again.failure);
    CHECK(again.schedules == 1);
    CHECK(again.failure->replay == found.failure->replay);
    CHECK(events == order);
    CHECK(sim::explore({.iterations = 3}, [] { book_two_units(true); }).schedules == 3);
}

TEST_CASE("the same seed explores the same schedules, and another seed others") {
    const auto schedules_of = [](std::uint64_t seed) {
        std::string all;
        (void)sim::explore({.iterations = 20, .seed = seed, .repeat_every = 0}, [&all] {
            Mutex lock;
            scope([&](Scope& s) {
                for (const char name : {'a', 'b', 'c'})
                    s.go("adds its letter", [&, name] {
                        const std::lock_guard held(lock);
                        all += name;
                    });
            });
        });
        return all;
    };
    CHECK(schedules_of(4) == schedules_of(4));
    CHECK(schedules_of(4) != schedules_of(5));
}

TEST_CASE("what the simulator does not control is found, with the goroutine that ran until then") {
    int runs = 0;
    const auto explored = sim::explore(quietly(), [&runs] {
        const bool odd = ++runs % 2 == 1;
        Mutex lock;
        scope([&](Scope& s) {
            s.go("counts", [&] {
                for (int i = 0; i < (odd ? 3 : 5); ++i) const std::lock_guard held(lock);
            });
            s.go("other", [&] { const std::lock_guard held(lock); });
        });
    });
    REQUIRE(explored.failure);
    CHECK(contains(explored.failure->what, "the simulator does not control"));
    CHECK(contains(explored.failure->what, "goroutine "));
    CHECK(explored.schedules == 1);
}

TEST_CASE("a broken contract ends the process, and says before how to repeat it") {
    const auto end = test::in_child([] {
        return sim::explore(
                   {},
                   [] {
                       scope([](Scope& s) {
                           s.go("breaks it",
                                [] { ENSURE(sim::choose(4) != 2, "two is not allowed"); });
                       });
                   }).ok()
                   ? 0
                   : 1;
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("two is not allowed"));
    CHECK(end.said("repeat it: WEFT_REPLAY=explore_test.cpp:"));
}

TEST_CASE("a goroutine that is woken after it has queued and before it parks is run once") {
    for (const auto& strategy : every_strategy)
        CHECK(sim::explore({.strategy = strategy}, [] {
                  Mutex lock;
                  Cond changed;
                  int tokens = 0;
                  int taken = 0;
                  scope([&](Scope& s) {
                      for (int i = 0; i < 2; ++i)
                          s.go("takes", [&] {
                              std::unique_lock held(lock);
                              changed.wait(held, [&] { return tokens > 0; });
                              --tokens;
                              ++taken;
                          });
                      for (int i = 0; i < 2; ++i) {
                          const std::lock_guard held(lock);
                          ++tokens;
                          changed.signal();
                      }
                  });
                  require(taken == 2 && tokens == 0, "a token was lost");
              }).ok());
}

TEST_CASE("timers that several stop at once do not stop the exploration") {
    CHECK(sim::explore({}, [] {
              Timer timer(1s);
              scope([&](Scope& s) {
                  s.go("stops", [&] { timer.stop(); });
                  s.go("starts again", [&] { (void)timer.reset(2s); });
                  s.go("waits", [&] { (void)timer.expired().try_recv(); });
              });
          }).ok());
}

TEST_CASE("an exploration's runs have its seed, and time begins anew in each") {
    std::set<TimePoint> begins;
    CHECK(sim::explore({.iterations = 5, .seed = 77}, [&] {
              CHECK(sim::current_seed() == 77);
              begins.insert(Clock::now());
              sleep(1h);
          }).ok());
    CHECK(begins.size() == 1);
}

}  // namespace
}  // namespace weft
