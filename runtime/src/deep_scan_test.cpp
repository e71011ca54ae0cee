// SPDX-License-Identifier: Apache-2.0
// What all of memory says of who could still act: proven where nothing leads there any more, and
// withdrawn wherever anything does.
#include "runtime/src/deep_scan.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "weft/after_func.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/goroutine_local.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/shared.h"
#include "weft/time.h"

#include "runtime/src/fiber.h"
#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
constexpr bool sanitized = true;  // whose allocators keep memory in ways of their own
#else
constexpr bool sanitized = false;
#endif
bool cannot_search() {
    return sanitized || test::emulated();
}

struct Desk {
    explicit Desk(const char* name) : Desk(channel<int>(0, name)) {}
    explicit Desk(std::pair<Sender<int>, Receiver<int>> ends)
        : orders(std::move(ends.first)), arriving(std::move(ends.second)) {}
    Sender<int> orders;
    Receiver<int> arriving;
};

Options silent() {
    Options options;
    options.stuck_after = 0ns;
    options.on_report = [](const Report&) {};
    options.workers = 2;
    return options;
}

// Runs `body(s)`, calls off what it has started in `s`, and gives what `body` has found. One
// goroutine lives beside it.
std::vector<Report> found_in(const std::function<std::vector<Report>(Scope&)>& body) {
    std::vector<Report> found;
    CHECK(run(silent(), [&] {
              (void)cancellable([&](CancelHandle& all) {
                  scope([&](Scope& s) {
                      s.go("clock", [] {
                          while (true) sleep(1ms);
                      });
                      found = body(s);
                      all.cancel();
                  });
              });
          }) == 0);
    return found;
}

// Nothing of this call stays behind on the caller's stack where it could be found.
template <class F>
__attribute__((noinline)) void elsewhere(F f) {
    f();
    volatile char over[4096];
    for (volatile char& byte : over) byte = 0;
}

bool could_not_stop_all(const Report& report) {
    return report.details.find("a thread does not answer") != std::string::npos;
}

// On a machine with much else to do a thread may not get to its signal in time.
std::vector<Report> search() {
    for (;;) {
        auto found = stuck(0ns, Search::by_memory);
        if (std::none_of(found.begin(), found.end(), could_not_stop_all)) return found;
    }
}

// All that is said, to be seen where nothing should be.
std::string said(const std::vector<Report>& reports) {
    std::string all;
    for (const Report& report : reports) all += report.text() + '\n';
    return all;
}

// Once so many are found: who waits may not have left its stack yet.
std::vector<Report> search_until(std::size_t many) {
    std::vector<Report> found;
    while ((found = search()).size() < many) yield();
    return found;
}

// How many.
int print(const std::vector<Report>& reports) {
    for (const Report& report : reports) std::fputs((report.text() + '\n').c_str(), stderr);
    return static_cast<int>(reports.size());
}

}  // namespace

// What must be found is looked for in a process of its own: the memory of one that has run other
// tests is full of what they have left behind, and any of it may look like an address.
TEST_CASE("who waits where only those could act who wait, too, is proven stuck" *
          doctest::skip(cannot_search())) {
    const auto end = test::in_child([] {
        const auto found = found_in([](Scope& s) {
            s.go("nurse", [] {
                auto [tx, rx] = channel<int>(0, "alerts");
                scope([&, &rx = rx](Scope& inner) {
                    inner.go("reminder-push", [&rx] { (void)rx.recv(); });
                });
            });
            return search_until(1);
        });
        return print(found);
    });
    CHECK(end.exit_code == 1);
    CHECK(end.said("PROVEN stuck: goroutine"));
    CHECK(end.said("\"reminder-push\" waits to receive on channel \"alerts\""));
    CHECK(end.said("its only Sender is in the frame of"));
}

TEST_CASE("an object of std::shared_ptr that only those share who wait is seen through" *
          doctest::skip(cannot_search())) {
    const auto end = test::in_child([] {
        std::size_t by_place = 0;
        const auto found = found_in([&](Scope& s) {
            elsewhere([&] {
                const auto desk = std::make_shared<Desk>("orders");
                for (int i = 0; i < 3; ++i) s.go("clerk", [desk] { (void)desk->arriving.recv(); });
            });
            auto all = search_until(3);
            by_place = stuck(0ns).size();
            return all;
        });
        if (by_place != 0) return -1;
        return print(found);
    });
    CHECK(end.exit_code == 3);
    CHECK(end.said("PROVEN stuck: goroutine"));
    CHECK(end.said("its only Sender is where nobody can reach it who can run"));
}

TEST_CASE("with Options::search_memory the watch proves what it says" *
          doctest::skip(cannot_search())) {
    const auto end = test::in_child([] {
        std::atomic<int> told = 0;
        Options options;
        options.stuck_after = 10ms;
        options.search_memory = true;
        options.on_report = [&](const Report& report) {
            (void)print({report});
            ++told;
        };
        return run(options, [&] {
            (void)cancellable([&](CancelHandle& all) {
                scope([&](Scope& s) {
                    elsewhere([&] {
                        const auto desk = std::make_shared<Desk>("orders");
                        s.go("clerk", [desk] { (void)desk->arriving.recv(); });
                    });
                    while (told == 0) sleep(1ms);
                    all.cancel();
                });
            });
        });
    });
    CHECK(end.exit_code == 0);
    CHECK(end.said("PROVEN stuck: goroutine"));
}

TEST_CASE("what a live loop has been handed on the heap is found, and nobody called stuck for it" *
          doctest::skip(cannot_search())) {
    std::size_t by_place = 0;
    const auto found = found_in([&](Scope& s) {
        auto [jobs, queue] = channel<std::function<void()>>(4);
        s.go("loop", [queue = std::move(queue)]() mutable {
            std::deque<std::function<void()>> later;
            while (true) {
                while (auto job = queue.try_recv()) later.push_back(*std::move(job));
                sleep(1ms);
            }
        });
        s.go("asks", [jobs = std::move(jobs)]() mutable {
            auto [tx, rx] = channel<int>();
            CHECK(jobs.send([&tx = tx] { (void)tx.send(1); }));
            (void)rx.recv();
        });
        test::until_waits("asks", "receive");
        while ((by_place = stuck(0ns).size()) == 0) yield();
        return search();
    });
    CHECK(by_place == 1);
    CHECK(said(found) == "");
}

namespace {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): that is what is tested
std::shared_ptr<Desk> kept_static;
thread_local std::shared_ptr<Desk> kept_by_thread;
GoroutineLocal<std::shared_ptr<Desk>> kept_by_goroutine;

// What is found while `keep(desk, s)` has it kept somewhere, and a clerk waits at it.
template <class Keep>
std::vector<Report> found_while_kept(Keep keep) {
    return found_in([&](Scope& s) {
        elsewhere([&] {
            auto desk = std::make_shared<Desk>("orders");
            s.go("clerk", [desk] { (void)desk->arriving.recv(); });
            keep(std::move(desk), s);
        });
        test::until_waits("clerk", "receive");
        return search();
    });
}
}  // namespace

TEST_CASE("what anything live still leads to is not stuck" * doctest::skip(cannot_search())) {
    SUBCASE("a static variable") {
        CHECK(said(found_while_kept([](auto desk, Scope&) { kept_static = std::move(desk); })) ==
              "");
        kept_static.reset();
    }
    SUBCASE("the heap, behind another goroutine's frame") {
        CHECK(said(found_while_kept([](auto desk, Scope& s) {
                  auto all =
                      std::make_unique<std::vector<std::shared_ptr<Desk>>>(1, std::move(desk));
                  s.go("keeper", [all = std::move(all)] {
                      while (true) sleep(1ms);
                  });
              })) == "");
    }
    SUBCASE("a variable that a goroutine has of its own") {
        CHECK(said(found_while_kept([](auto desk, Scope& s) {
                  s.go("keeper", [desk = std::move(desk)]() mutable {
                      *kept_by_goroutine = std::move(desk);
                      while (true) sleep(1ms);
                  });
              })) == "");
    }
    SUBCASE("a message on its way to one that lives") {
        CHECK(said(found_while_kept([](auto desk, Scope& s) {
                  auto [tx, rx] = channel<std::shared_ptr<Desk>>(1);
                  CHECK(tx.send(std::move(desk)));
                  s.go("keeper", [tx = std::move(tx), rx = std::move(rx)] {
                      while (true) sleep(1ms);
                  });
              })) == "");
    }
    SUBCASE("what a context is to do at its end") {
        CHECK(said(found_while_kept([](auto desk, Scope& s) {
                  s.go("keeper", [desk = std::move(desk)]() mutable {
                      (void)timeout(1h, [&] {
                          const AfterFunc stop =
                              after_func(Context::current(), [desk] { (void)desk->orders; });
                          desk.reset();
                          while (true) sleep(1ms);
                      });
                  });
              })) == "");
    }
}

TEST_CASE("what a plain thread has, on its stack or as its variable, may be used" *
          doctest::skip(cannot_search())) {
    std::atomic<bool> ends = false;
    std::thread keeper;
    SUBCASE("on its stack") {
        CHECK(said(found_while_kept([&](auto desk, Scope&) {
                  keeper = std::thread([&ends, desk = std::move(desk)] { ends.wait(false); });
              })) == "");
    }
    SUBCASE("as its variable") {
        std::atomic<bool> has = false;
        CHECK(said(found_while_kept([&](auto desk, Scope&) {
                  keeper = std::thread([&, desk = std::move(desk)]() mutable {
                      kept_by_thread = std::move(desk);
                      has = true;
                      has.notify_all();
                      ends.wait(false);
                  });
                  has.wait(false);
              })) == "");
    }
    ends = true;
    ends.notify_all();
    keeper.join();
}

#if defined(__x86_64__)
TEST_CASE("what is in a register alone is in use" * doctest::skip(cannot_search())) {
    std::atomic<int> state = 0;
    std::atomic<void*> handed = nullptr;
    std::thread keeper([&] {
        while (handed.load() == nullptr) std::this_thread::yield();
        // From here on only the register has it.
        void* only = handed.exchange(nullptr);
        asm volatile(
            "movl $1, (%1)\n"
            "1: pause\n"
            "cmpl $2, (%1)\n"
            "jne 1b"
            : "+r"(only)
            : "r"(&state)
            : "memory");
        delete static_cast<std::shared_ptr<Desk>*>(only);
    });
    CHECK(said(found_while_kept([&](auto desk, Scope&) {
              handed = new std::shared_ptr<Desk>(std::move(desk));
              while (state.load() != 1) std::this_thread::yield();
          })) == "");
    state = 2;
    keeper.join();
}
#endif

TEST_CASE(
    "a thread that blocks the signal is not waited for: nothing is proven, and it is said why" *
    doctest::skip(cannot_search())) {
    std::atomic<bool> blocks = false;
    std::atomic<bool> ends = false;
    std::thread deaf([&] {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        blocks = true;
        blocks.notify_all();
        ends.wait(false);
    });
    blocks.wait(false);
    const auto found = found_in([](Scope& s) {
        s.go("nurse", [] {
            auto [tx, rx] = channel<int>(0, "alerts");
            (void)rx.recv();
        });
        std::vector<Report> all;
        while ((all = stuck(0ns, Search::by_memory)).empty()) yield();
        return all;
    });
    ends = true;
    ends.notify_all();
    deaf.join();
    REQUIRE(found.size() == 1);
    CHECK(found[0].certainty == Certainty::likely);
    CHECK(could_not_stop_all(found[0]));
}

TEST_CASE("where memory cannot be searched, it is said why, and nothing is proven" *
          doctest::skip(!sanitized)) {
    const auto found = found_in([](Scope& s) {
        s.go("nurse", [] {
            auto [tx, rx] = channel<int>(0, "alerts");
            (void)rx.recv();
        });
        return search_until(1);
    });
    REQUIRE(found.size() == 1);
    CHECK(found[0].certainty == Certainty::likely);
    CHECK(found[0].details.find("memory was not searched") != std::string::npos);
}

}  // namespace weft
