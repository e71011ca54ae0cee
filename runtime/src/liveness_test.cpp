// SPDX-License-Identifier: Apache-2.0
// Waits that only those could end who wait for ever, too: found; and their twins, which are not.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/detach.h"
#include "weft/event.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/semaphore.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/environment.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

Options silent() {
    Options options;
    options.stuck_after = 0ns;
    options.on_report = [](const Report&) {};
    return options;
}

template <class F>
void everywhere(F body) {
    for (std::uint64_t seed = 1; seed <= test::seeds(30); ++seed) {
        INFO("seed: ", seed);
        CHECK(sim::run(seed, silent(), body) == 0);
    }
    for (const unsigned workers : {1U, 2U, 4U}) {
        INFO("workers: ", workers);
        Options options = silent();
        options.workers = workers;
        CHECK(run(options, body) == 0);
    }
}

// Runs `hangs` as the goroutine "nurse" until something is stuck, and calls it off.
template <class Hangs>
std::vector<Report> found_while(Hangs hangs) {
    std::vector<Report> found;
    (void)cancellable([&](CancelHandle& handle) {
        scope([&](Scope& s) {
            s.go("nurse", hangs);
            while (found.empty()) {
                yield();
                found = stuck(0ns);
            }
            handle.cancel();
        });
    });
    return found;
}

bool says(const std::vector<Report>& found, const std::string& text) {
    return std::any_of(found.begin(), found.end(), [&](const Report& one) {
        return one.sentence.find(text) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("who waits for a value whose only Sender lies with one that joins it is stuck") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "alerts");
            scope([&, &rx = rx](Scope& s) { s.go("reminder-push", [&rx] { (void)rx.recv(); }); });
        });
        REQUIRE(found.size() == 1);
        const Report& report = found.front();
        CHECK(report.certainty == Certainty::likely);
        CHECK(report.finding == Finding::stuck);
        REQUIRE(report.goroutines.size() == 2);
        CHECK(report.goroutines[0].name == "reminder-push");
        CHECK(report.goroutines[1].name == "nurse");
        CHECK(says(found, "waits to receive on channel \"alerts\""));
        CHECK(says(found, "its only Sender is in the frame of goroutine"));
        CHECK(says(found, "\"nurse\", which waits to join"));
    });
}

TEST_CASE("who waits for a value and has the only Sender itself is stuck") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "results");
            (void)rx.recv();
        });
        REQUIRE(found.size() == 1);
        CHECK(says(found, "its only Sender is in its own frame"));
    });
}

TEST_CASE("who sends to nobody that will ever receive is stuck") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(1, "results");
            scope([&, &tx = tx](Scope& s) {
                s.go("model-run", [&tx] {
                    (void)tx.send(1);
                    (void)tx.send(2);
                });
            });
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].goroutines[0].name == "model-run");
        CHECK(says(found, "its only Receiver is in the frame of goroutine"));
    });
}

TEST_CASE("a select all of whose other ends lie with those that wait for it is stuck") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>();
            auto [tx2, rx2] = channel<int>();
            scope([&, &rx = rx, &tx2 = tx2](Scope& s) {
                s.go("monitor", [&] { select(on(rx, [](int) {}), on_send(tx2, 1, [] {})); });
            });
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].goroutines[0].name == "monitor");
        CHECK(says(found, "its 2 other ends are in the frame of goroutine"));
    });
}

TEST_CASE("an event, a semaphore or a counted group in a frame nobody live can reach is stuck") {
    everywhere([] {
        const auto event = found_while([] {
            Event ready("ready");
            ready.wait();
        });
        CHECK(says(event, "waits for event \"ready\""));
        const auto permits = found_while([] {
            Semaphore one(1);
            const auto first = one.acquire();
            const auto second = one.acquire();
        });
        CHECK(says(permits, "waits for semaphore"));
        const auto counted = found_while([] {
            compat::WaitGroup group;
            group.add(1);
            try {
                group.wait();
            } catch (...) {
                group.done();
                throw;
            }
        });
        CHECK(says(counted, "waits for wait group"));
    });
}

TEST_CASE("one that has forgotten a clone keeps all stuck that wait for the end of the channel") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "reports");
            scope([&, &tx = tx, &rx = rx](Scope& s) {
                for (int i = 0; i < 3; ++i)
                    s.go("site", [mine = tx.clone()]() mutable { (void)mine.send(1); });
                s.go("collector", [&rx] {
                    while (rx.recv()) {
                    }
                });
            });
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].goroutines[0].name == "collector");
        CHECK(says(found, "its only Sender is in the frame of goroutine"));
    });
}

TEST_CASE("nobody is called stuck whom a descendant of the end's owner can still let go") {
    everywhere([] {
        auto [tx, rx] = channel<int>();
        Event done;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("waits", [&rx] { CHECK(rx.recv() == 7); });
            s.go("slow", [&] {
                done.wait();
                CHECK(tx.send(7));
            });
            test::until_waits("waits", "receive");
            test::until_waits("slow", "event");
            CHECK(stuck(0ns).empty());
            done.set();
        });
    });
}

TEST_CASE("an end that was moved to one that lives is not where it was") {
    everywhere([] {
        auto [tx, rx] = channel<int>();
        scope([&, &rx = rx, tx = std::move(tx)](Scope& s) mutable {
            s.go("nurse", [&] {
                auto [here, there] = channel<Sender<int>>(1);
                CHECK(here.send(std::move(tx)));
                std::vector<Sender<int>> kept;
                kept.push_back(std::move(*there.recv()));
                s.go("sender", [mine = std::move(kept.front())]() mutable {
                    sleep(1ms);
                    CHECK(mine.send(1));
                });
                test::until_waits("sender", "sleep");
                CHECK(stuck(0ns).empty());
            });
            CHECK(rx.recv() == 1);
            CHECK_FALSE(rx.recv().has_value());
        });
    });
}

TEST_CASE("an end among more captures than fit on the stack is in the frame of who captured it") {
    everywhere([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "alerts");
            scope([&, &tx = tx, &rx = rx](Scope& s) {
                s.go("reminder-push", [&rx, mine = std::move(tx), much = std::array<char, 128>{}] {
                    (void)much;
                    (void)rx.recv();
                });
            });
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].goroutines[0].name == "reminder-push");
        CHECK(says(found, "its only Sender is in its own frame"));
    });
}

TEST_CASE("nobody is called stuck for an end among the many captures of one that lives") {
    everywhere([] {
        auto [tx, rx] = channel<int>();
        Event go_on;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("waits", [&rx] { CHECK(rx.recv() == 7); });
            s.go("sender", [&, mine = std::move(tx), much = std::array<char, 128>{}]() mutable {
                go_on.wait();
                CHECK(mine.send(much[0] + 7));
            });
            CHECK(stuck(0ns).empty());  // it may not have begun
            test::until_waits("waits", "receive");
            test::until_waits("sender", "event");
            CHECK(stuck(0ns).empty());
            go_on.set();
        });
    });
}

TEST_CASE("an end on the heap may be anybody's: nobody is called stuck for it") {
    everywhere([] {
        auto ends = std::make_unique<std::pair<Sender<int>, Receiver<int>>>(channel<int>());
        scope([&](Scope& s) {
            s.go("waits", [&] { CHECK_FALSE(ends->second.recv().has_value()); });
            test::until_waits("waits", "receive");
            CHECK(stuck(0ns).empty());
            const Sender<int> gone = std::move(ends->first);
        });
    });
}

TEST_CASE("a wait with a deadline is not stuck") {
    everywhere([] {
        auto [tx, rx] = channel<int>();
        scope([&, &rx = rx](Scope& s) {
            s.go("waits", [&rx] { CHECK(timeout(1h, [&] { (void)rx.recv(); }).ok()); });
            test::until_waits("waits", "receive");
            CHECK(stuck(0ns).empty());
            const Sender<int> gone = std::move(tx);
        });
    });
}

TEST_CASE("one whose parent has ended could know of every frame") {
    everywhere([] {
        auto [tx, rx] = channel<int>(0, "late");
        Event parent_gone;
        Event go_on;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("parent", [&] {
                detach("orphan", [&] {
                    go_on.wait();
                    CHECK(tx.send(1));
                });
            });
            s.go("waits", [&rx] { CHECK(rx.recv() == 1); });
            test::until_waits("waits", "receive");
            test::until_waits("orphan", "event");
            CHECK(stuck(0ns).empty());
            go_on.set();
        });
    });
}

TEST_CASE("the watch tells of who is stuck, once, and not before it has waited so long") {
    std::atomic<int> told = 0;
    Options options;
    options.workers = 2;
    options.stuck_after = 20ms;
    options.on_report = [&](const Report& report) {
        if (report.finding == Finding::stuck) ++told;
    };
    CHECK(run(options, [&] {
              (void)cancellable([&](CancelHandle& handle) {
                  scope([&](Scope& s) {
                      s.go("nurse", [] {
                          auto [tx, rx] = channel<int>();
                          (void)rx.recv();
                      });
                      while (told == 0) sleep(1ms);
                      handle.cancel();
                  });
              });
          }) == 0);
    CHECK(told == 1);
}

}  // namespace weft
