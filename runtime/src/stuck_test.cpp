// SPDX-License-Identifier: Apache-2.0
// What hangs while others go on: found by looking, and not where something only is slow.
#include "tests/support/stuck.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/ensure.h"
#include "weft/mutex.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "runtime/src/goroutine.h"
#include "runtime/src/held_up.h"
#include "tests/support/child.h"
#include "tests/support/environment.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;
using test::says;
using test::until_waits;

namespace weft {
namespace {

Options silent() {
    Options options;
    options.stuck_after = 0ns;
    options.on_report = [](const Report&) {};  // what it says is looked at where it is thrown
    return options;
}

// In the simulator and with several workers.
template <class F>
void everywhere(F body) {
    test::for_each_seed(30, body, silent());
    test::for_each_worker_count(body, silent());
}

// Until it is found: who waits may still be on its way off its stack.
std::vector<Report> until_stuck(Duration waiting_for) {
    for (;;) {
        if (auto found = stuck(waiting_for); !found.empty()) return found;
        yield();
    }
}

}  // namespace

TEST_CASE("a circle of joins that nobody saw closing is found while others go on") {
    everywhere([] {
        std::optional<Task<void>> parent;
        scope([&](Scope& s) {
            test::start_circle_of_joins(s, parent);
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].certainty == Certainty::proven);
            CHECK(found[0].finding == Finding::wait_cycle);
            CHECK(says(found[0], "waits to join \"parent\" ("));
            CHECK(says(found[0], "), run by goroutine "));
            CHECK(says(found[0], "waits to join \"scope\" ("));
            CHECK(says(found[0], "), which waits for goroutine "));
            s.cancel();
        });
        CHECK(stuck(0ns).empty());
    });
}

TEST_CASE("a circle of joins that a deadline will open is not called proven") {
    everywhere([] {
        std::optional<Task<void>> parent;
        scope([&](Scope& s) {
            auto [begin, begun] = channel<char>();
            parent = s.go("parent", [&, begun = std::move(begun)]() mutable {
                (void)begun.recv();
                (void)timeout(1h, [&] {
                    scope([&](Scope& inner) {
                        inner.go("child", [&] { parent->join(); });
                        until_waits("child", "join");
                    });
                });
            });
            (void)begin.send('.');
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].certainty == Certainty::likely);
            s.cancel();
        });
    });
}

TEST_CASE("of two tasks that join each other the later is refused") {
    everywhere([] {
        std::optional<Task<void>> left;
        std::optional<Task<void>> right;
        std::atomic<int> refusals{0};
        const auto join = [&](std::optional<Task<void>>& other) {
            try {
                other->join();
            } catch (const DeadlockError& error) {
                ++refusals;
                CHECK(error.report().finding == Finding::wait_cycle);
                CHECK(error.report().certainty == Certainty::proven);
            }
        };
        scope([&](Scope& s) {
            auto [begin, begun] = channel<char>();
            left = s.go("left", [&, begun = begun.clone()]() mutable {
                (void)begun.recv();
                join(right);
            });
            right = s.go("right", [&, begun = std::move(begun)]() mutable {
                (void)begun.recv();
                join(left);
            });
            (void)begin.send('.');
            (void)begin.send('.');
        });
        CHECK(refusals == 1);
    });
}

TEST_CASE("who waits for a lock whose holder waits on a channel is named with the holder") {
    everywhere([] {
        Mutex mutex("plan");
        scope([&](Scope& s) {
            auto [answer, answers] = channel<char>(0, "answers");
            s.go("holder", [&, answers = std::move(answers)]() mutable {
                const std::lock_guard held(mutex);
                (void)answers.recv();
            });
            until_waits("holder", "receive");
            CHECK(stuck(0ns).empty());  // nobody waits for it yet
            s.go("other", [&] { const std::lock_guard mine(mutex); });
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].certainty == Certainty::likely);
            CHECK(found[0].finding == Finding::held_up);
            CHECK(says(found[0], " \"other\" waits to lock mutex \"plan\" ("));
            CHECK(says(found[0], "), held by goroutine "));
            CHECK(says(found[0], " \"holder\", which waits to receive on channel \"answers\" ("));
            CHECK(found[0].where.line() != 0);
            CHECK(stuck(1h).empty());  // it has not waited for so long
            (void)answer.send('.');
        });
        CHECK(stuck(0ns).empty());
    });
}

TEST_CASE("a holder that only sleeps is slow, not likely to hang") {
    for (std::uint64_t seed = 1; seed <= test::seeds(30); ++seed) {
        INFO("seed: ", seed);
        CHECK(sim::run(seed, [] {
                  Mutex mutex("plan");
                  scope([&](Scope& s) {
                      s.go("holder", [&] {
                          const std::lock_guard held(mutex);
                          sleep(2s);
                      });
                      sleep(100ms);
                      s.go("other", [&] { const std::lock_guard mine(mutex); });
                      sleep(100ms);
                      const auto found = stuck(0ns);
                      REQUIRE(found.size() == 1);
                      CHECK(found[0].certainty == Certainty::smell);
                      CHECK(says(found[0], " \"holder\", which sleeps ("));
                  });
              }) == 0);
    }
}

TEST_CASE("a holder whose choice has a time limit is slow, not likely to hang") {
    everywhere([] {
        Mutex mutex("plan");
        scope([&](Scope& s) {
            auto [answer, answers] = channel<char>(0, "answers");
            s.go("holder", [&, answers = std::move(answers)]() mutable {
                const std::lock_guard held(mutex);
                select(on(answers, [](char) {}), after(24h, [] {}));
            });
            until_waits("holder", "select");
            s.go("other", [&] { const std::lock_guard mine(mutex); });
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].certainty == Certainty::smell);
            CHECK(says(found[0], " \"holder\", which waits for select \"answers\" ("));
            (void)answer.send('.');
        });
    });
}

TEST_CASE("a holder that waits again and again is slow until one of its waits does not end") {
    for (const unsigned workers : {1U, 2U, 4U}) {
        Options options = silent();
        options.workers = workers;
        CHECK(run(options, [] {
                  Mutex mutex("plan");
                  auto [step, steps] = channel<char>(0, "steps");
                  scope([&, &step = step](Scope& s) {
                      s.go("holder", [&, steps = std::move(steps)]() mutable {
                          const std::lock_guard held(mutex);
                          while (steps.recv()) {
                          }
                      });
                      until_waits("holder", "receive");
                      s.go("other", [&] { const std::lock_guard mine(mutex); });
                      until_waits("other", "mutex");
                      const auto until_called = [&](Certainty certainty, bool goes_on) {
                          for (;;) {
                              if (goes_on) (void)step.send('.');
                              until_waits("holder", "receive");
                              const auto found = stuck(20ms);
                              if (!found.empty() && found[0].certainty == certainty) return;
                              yield();
                          }
                      };
                      until_called(Certainty::smell, true);
                      until_called(Certainty::likely, false);
                      const Sender<char> last = std::move(step);
                  });
              }) == 0);
    }
}

TEST_CASE("what an earlier run has left behind is not asked about") {
    const auto end = test::in_child([] {
        Options options = silent();
        options.reactions.closing = Action::report;
        options.on_deadlock = [](const std::string&) {};
        static auto& first = *new Mutex("first");  // held for ever
        static auto& second = *new Mutex("second");
        const int code = sim::run(1, options, [] {
            auto [meet, met] = channel<char>();
            scope([&, &meet = meet, &met = met](Scope& s) {
                s.go("left", [&] {
                    const std::lock_guard outer(first);
                    (void)meet.send('.');
                    const std::lock_guard inner(second);
                });
                s.go("right", [&] {
                    const std::lock_guard outer(second);
                    (void)met.recv();
                    const std::lock_guard inner(first);
                });
            });
        });
        if (code != 2) return code;
        return run(silent(), [] { ENSURE(stuck(0ns).empty(), "the first run's are left out"); });
    });
    INFO("said: ", end.output);
    CHECK(end.exit_code == 0);
}

TEST_CASE("a writer that waits for readers is reported with every reader that waits") {
    everywhere([] {
        RWMutex records("records");
        scope([&](Scope& s) {
            auto [answer, answers] = channel<char>(0, "answers");
            for (const char* name : {"first reader", "second reader"})
                s.go(name, [&, answers = answers.clone()]() mutable {
                    const std::shared_lock reading(records);
                    (void)answers.recv();
                });
            until_waits("first reader", "receive");
            until_waits("second reader", "receive");
            s.go("writer", [&] { const std::lock_guard writing(records); });
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].certainty == Certainty::likely);
            CHECK(says(found[0], " \"writer\" waits to lock RWMutex \"records\" for writing ("));
            CHECK(says(found[0], " \"first reader\", which waits to receive on channel"));
            CHECK(says(found[0], " \"second reader\", which waits to receive on channel"));
            CHECK(says(found[0], "; also held for reading by goroutine "));
            (void)answer.send('.');
            (void)answer.send('.');
        });
    });
}

TEST_CASE("a writer that waits for a reader that runs is reported with the reader") {
    everywhere([] {
        RWMutex records("records");
        std::atomic<bool> over{false};
        scope([&](Scope& s) {
            s.go("reader", [&] {
                const std::shared_lock reading(records);
                while (!over) yield();
            });
            while (records.try_lock()) {
                records.unlock();
                yield();
            }
            s.go("writer", [&] { const std::lock_guard writing(records); });
            const auto found = until_stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].finding == Finding::held_up);
            CHECK(found[0].certainty == Certainty::smell);
            CHECK(says(found[0], " \"writer\" waits to lock RWMutex \"records\" for writing ("));
            CHECK(says(found[0], "), held for reading by goroutine "));
            CHECK(says(found[0], " \"reader\", which runs"));
            over = true;
        });
    });
}

TEST_CASE("who has let a lock go before it waits or runs on is no matter of a report") {
    everywhere([] {
        Mutex mutex("plan");
        RWMutex records("records");
        std::atomic<bool> over{false};
        scope([&](Scope& s) {
            auto [answer, answers] = channel<char>(0, "answers");
            s.go("holder", [&, answers = std::move(answers)]() mutable {
                mutex.lock();
                mutex.unlock();
                (void)answers.recv();
            });
            s.go("reader", [&] {
                records.lock_shared();
                records.unlock_shared();
                while (!over) yield();
            });
            until_waits("holder", "receive");
            auto other = s.go("other", [&] { const std::lock_guard mine(mutex); });
            auto writer = s.go("writer", [&] { const std::lock_guard writing(records); });
            other.join();
            writer.join();
            CHECK(stuck(0ns).empty());
            over = true;
            (void)answer.send('.');
        });
    });
}

TEST_CASE("a chain of locks is followed to whoever holds them all up, who is named once") {
    everywhere([] {
        Mutex first("first");
        Mutex second("second");
        scope([&](Scope& s) {
            auto [answer, answers] = channel<char>(0, "answers");
            s.go("root", [&, answers = std::move(answers)]() mutable {
                const std::lock_guard held(first);
                (void)answers.recv();
            });
            until_waits("root", "receive");
            s.go("middle", [&] {
                const std::lock_guard outer(second);
                const std::lock_guard inner(first);
            });
            until_waits("middle", "mutex");
            s.go("end", [&] { const std::lock_guard mine(second); });
            until_waits("end", "mutex");
            const auto found = stuck(0ns);
            REQUIRE(found.size() == 1);
            CHECK(found[0].goroutines.back().name == "root");
            (void)answer.send('.');
        });
    });
}

TEST_CASE("of goroutines that only contend and join nothing proven is ever said") {
    everywhere([] {
        std::atomic<bool> over{false};
        scope([&](Scope& s) {
            s.go("looker", [&] {
                while (!over) {
                    for (const Report& report : stuck(0ns))
                        CHECK(report.certainty != Certainty::proven);
                    yield();
                }
            });
            Mutex outer("outer");
            Mutex inner("inner");
            RWMutex records("records");
            scope([&](Scope& workers) {
                for (int i = 0; i < 8; ++i)
                    workers.go([&] {
                        for (int k = 0; k < 20; ++k) {
                            const std::lock_guard one(outer);
                            auto task = workers.go("reader", [&] {
                                const std::shared_lock reading(records);
                                yield();
                            });
                            yield();
                            const std::lock_guard two(inner);
                            task.join();
                            const std::lock_guard writing(records);
                        }
                    });
            });
            over = true;
        });
    });
}

TEST_CASE("what was held up is so no longer once the lock has been let go") {
    everywhere([] {
        Mutex mutex("plan");
        scope([&](Scope& s) {
            auto [step, steps] = channel<char>(0, "steps");
            auto holder = s.go("holder", [&, steps = std::move(steps)]() mutable {
                const std::lock_guard held(mutex);
                (void)steps.recv();
                (void)steps.recv();
            });
            until_waits("holder", "receive");
            auto other = s.go("other", [&] { const std::lock_guard mine(mutex); });
            until_waits("other", "mutex");
            const detail::Waits waits(detail::Waits::Which::also_with_locks_held);
            auto found = detail::find_held_up(waits, detail::coarse_now());
            REQUIRE(found.size() == 1);
            CHECK(detail::is_still_so(found[0]));
            (void)step.send('.');
            until_waits("holder", "receive");
            CHECK_FALSE(detail::is_still_so(found[0]));  // it has not hung
            found[0].is_slow = true;
            CHECK(detail::is_still_so(found[0]));
            (void)step.send('.');
            holder.join();
            other.join();
            CHECK_FALSE(detail::is_still_so(found[0]));
        });
    });
}

}  // namespace weft
