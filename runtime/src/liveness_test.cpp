// SPDX-License-Identifier: Apache-2.0
// Waits that only those could end who wait for ever, too: found; and their twins, which are not.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/compat/wait_group.h"
#include "weft/context.h"
#include "weft/detach.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/select.h"
#include "weft/semaphore.h"
#include "weft/sim.h"
#include "weft/time.h"
#include "weft/wait_group.h"

#include "tests/support/goroutines.h"
#include "tests/support/stuck.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;
using test::found_while;
using test::says;

namespace weft {

TEST_CASE("who waits for a value whose only Sender lies with one that joins it is stuck") {
    test::where_things_hang([] {
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
    test::where_things_hang([] {
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "results");
            (void)rx.recv();
        });
        REQUIRE(found.size() == 1);
        CHECK(says(found, "its only Sender is in its own frame"));
    });
}

TEST_CASE("who sends to nobody that will ever receive is stuck") {
    test::where_things_hang([] {
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
    test::where_things_hang([] {
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
    test::where_things_hang([] {
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
    test::where_things_hang([] {
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
    test::where_things_hang([] {
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
            CHECK(test::stuck_now().empty());
            done.set();
        });
    });
}

TEST_CASE("an end that was moved to one that lives is not where it was") {
    test::where_things_hang([] {
        auto [tx, rx] = channel<int>();
        Event seen;
        scope([&, &rx = rx, tx = std::move(tx)](Scope& s) mutable {
            s.go("nurse", [&] {
                auto [here, there] = channel<Sender<int>>(1);
                CHECK(here.send(std::move(tx)));
                std::vector<Sender<int>> kept;
                kept.push_back(std::move(*there.recv()));
                s.go("sender", [&seen, mine = std::move(kept.front())]() mutable {
                    seen.wait();
                    CHECK(mine.send(1));
                });
                test::until_waits("sender", "event");
                CHECK(test::stuck_now().empty());
                seen.set();
            });
            CHECK(rx.recv() == 1);
            CHECK_FALSE(rx.recv().has_value());
        });
    });
}

TEST_CASE("an end among more captures than fit on the stack is in the frame of who captured it") {
    test::where_things_hang([] {
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
    test::where_things_hang([] {
        auto [tx, rx] = channel<int>();
        Event go_on;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("waits", [&rx] { CHECK(rx.recv() == 7); });
            s.go("sender", [&, mine = std::move(tx), much = std::array<char, 128>{}]() mutable {
                go_on.wait();
                CHECK(mine.send(much[0] + 7));
            });
            CHECK(test::stuck_now().empty());  // it may not have begun
            test::until_waits("waits", "receive");
            test::until_waits("sender", "event");
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE("an end on the heap may be anybody's: nobody is called stuck for it") {
    test::where_things_hang([] {
        auto ends = std::make_unique<std::pair<Sender<int>, Receiver<int>>>(channel<int>());
        scope([&](Scope& s) {
            s.go("waits", [&] { CHECK_FALSE(ends->second.recv().has_value()); });
            test::until_waits("waits", "receive");
            CHECK(test::stuck_now().empty());
            const Sender<int> gone = std::move(ends->first);
        });
    });
}

TEST_CASE("a wait with a deadline is not stuck") {
    test::where_things_hang([] {
        auto [tx, rx] = channel<int>();
        scope([&, &rx = rx](Scope& s) {
            s.go("waits", [&rx] { CHECK(timeout(1h, [&] { (void)rx.recv(); }).ok()); });
            test::until_waits("waits", "receive");
            CHECK(test::stuck_now().empty());
            const Sender<int> gone = std::move(tx);
        });
    });
}

TEST_CASE("one whose parent has ended could know of every frame") {
    test::where_things_hang([] {
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
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE(
    "one whose ancestors have all ended one after the other could still know of their frames") {
    test::where_things_hang([] {
        auto [tx, rx] = channel<int>(0, "late");
        Event go_on;
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("first", [&] {
                detach("second", [&] {
                    detach("third", [&] {
                        go_on.wait();
                        CHECK(tx.send(1));
                    });
                });
            });
            s.go("waits", [&rx] { CHECK(rx.recv() == 1); });
            test::until_waits("waits", "receive");
            test::until_waits("third", "event");
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE("an orphan could know the frame of who started the task that detached it") {
    test::where_things_hang([] {
        Event go_on;
        scope([&](Scope& s) {
            s.go("asks", [&] {
                Event answered("answer");
                s.go("broker", [&] {
                    detach("answers", [&] {
                        go_on.wait();
                        answered.set();
                    });
                });
                answered.wait();
            });
            test::until_waits("asks", "event");
            test::until_waits("answers", "event");
            CHECK(test::stuck_now().empty());
            go_on.set();
        });
    });
}

TEST_CASE("an orphan that lives keeps nobody from being called stuck of whom it cannot know") {
    test::where_things_hang([] {
        Event over;
        scope([&](Scope& s) {
            s.go("parent", [&] { detach("orphan", [&] { over.wait(); }); });
            test::until_waits("orphan", "event");
        });
        const auto found = found_while([] {
            auto [tx, rx] = channel<int>(0, "results");
            (void)rx.recv();
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].goroutines[0].name == "nurse");
        over.set();
    });
}

namespace {

// Of those that say they are a stage of something.
std::ptrdiff_t stages() {
    const auto all = goroutines();
    return std::count_if(all.begin(), all.end(),
                         [](const ReportedGoroutine& one) { return one.name == "stage"; });
}

// Each starts the next; the last waits for `over`.
void start_stages(int left, Event& over, void (*before_next)(Event&), Event& stage_over) {
    if (left == 0) return detach("last", [&over] { over.wait(); });
    detach("stage", [left, &over, before_next, &stage_over] {
        if (before_next != nullptr) before_next(stage_over);
        start_stages(left - 1, over, before_next, stage_over);
        if (before_next == nullptr) stage_over.wait();
    });
}

void wait_for_oneself(Scope& s) {
    s.go("nurse", [] {
        auto [tx, rx] = channel<int>();
        (void)rx.recv();
    });
    test::until_waits("nurse", "receive");
}

}  // namespace

TEST_CASE("more ancestors than an orphan remembers could be anybody") {
    test::where_things_hang([] {
        Event over;
        Event stages_over;
        start_stages(20, over, nullptr, stages_over);
        test::until_waits("last", "event");
        stages_over.set();
        test::yield_until([] { return stages() == 0; });
        scope([&](Scope& s) {
            wait_for_oneself(s);
            CHECK(test::stuck_now().empty());
            s.cancel();
        });
        over.set();
    });
}

TEST_CASE("an orphan need not remember those that had ended when it was started") {
    test::where_things_hang([] {
        Event over;
        const auto alone = [](Event&) { test::yield_until([] { return stages() == 1; }); };
        start_stages(20, over, alone, over);
        test::until_waits("last", "event");
        test::yield_until([] { return stages() == 0; });
        scope([&](Scope& s) {
            wait_for_oneself(s);
            test::yield_until([] { return !test::stuck_now().empty(); });
            s.cancel();
        });
        over.set();
    });
}

TEST_CASE("a group that waits for a token that nobody can drop is stuck") {
    test::where_things_hang([] {
        const auto found = found_while([] {
            WaitGroup group("ward round");
            std::vector<WaitGroup::Token> elsewhere;
            elsewhere.push_back(group.token());
            auto kept = group.token();
            group.go("visit", [] {});
            try {
                group.wait();
            } catch (...) {
                const auto dropped = std::move(kept);
                elsewhere.clear();
                throw;
            }
        });
        REQUIRE(found.size() == 1);
        CHECK(found[0].finding == Finding::stuck);
        CHECK(found[0].certainty == Certainty::likely);
        CHECK(says(found, "\"nurse\" waits for wait group \"ward round\" ("));
        CHECK(says(found, "a Token of it is in its own frame"));
    });
}

TEST_CASE(
    "a group is not stuck whose tokens lie with one that lives, or with nobody in particular") {
    test::where_things_hang([] {
        Event go_on;
        WaitGroup group("ward round");
        std::vector<WaitGroup::Token> elsewhere;
        scope([&](Scope& s) {
            auto first = group.token();
            elsewhere.push_back(group.token());
            s.go("visits", [&go_on, mine = std::move(first)]() mutable {
                go_on.wait();
                const auto dropped = std::move(mine);
            });
            s.go("nurse", [&] { group.wait(); });
            test::until_waits("visits", "event");
            test::until_waits("nurse", "wait group");
            CHECK(test::stuck_now().empty());
            go_on.set();
            elsewhere.clear();
        });
    });
}

TEST_CASE("a hang that holds up a lock, too, is told of once, by its cause") {
    test::where_things_hang([] {
        Mutex mutex("plan");
        scope([&](Scope& s) {
            s.go("holder", [&] {
                const std::lock_guard held(mutex);
                auto [tx, rx] = channel<int>(0, "answers");
                (void)rx.recv();
            });
            test::yield_until([] { return !test::stuck_now().empty(); });
            s.go("other", [&] { const std::lock_guard mine(mutex); });
            test::until_waits("other", "mutex");
            const auto found = test::stuck_now();
            REQUIRE(found.size() == 1);
            CHECK(found[0].finding == Finding::stuck);
            CHECK(found[0].goroutines[0].name == "holder");
            CHECK(says(found, " \"other\" waits to lock mutex \"plan\" ("));
            CHECK(says(found, "), which it holds"));
            s.cancel();
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
