// SPDX-License-Identifier: Apache-2.0
#include "weft/report.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <map>
#include <mutex>
#include <signal.h>
#include <source_location>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/context.h"
#include "weft/detach.h"
#include "weft/ensure.h"
#include "weft/mutex.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/signal.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

[[gnu::noinline]] void wait_for_reminder(Receiver<int>& reminders) {
    CHECK(!reminders.recv());
    asm volatile("");  // keeps the frame: no tail call
}

// Waits until somebody is seen to wait so.
std::string dump_that_says(std::string_view wait) {
    for (;; yield())
        if (std::string text = dump(); text.find(wait) != std::string::npos) return text;
}

// Sends SIGQUIT to this thread and reads the process's standard error up to `last`. Not to the
// process: where another thread takes it while it waits in a call that ThreadSanitizer does not
// know, epoll_pwait2 first of all, gcc 12's holds the handler back for ever.
std::string what_sigquit_says(std::string_view last) {
    std::array<int, 2> ends{};
    ENSURE(pipe(ends.data()) == 0 && dup2(ends[1], STDERR_FILENO) >= 0, "no pipe");
    return blocking("read the report", [&] {
        raise(SIGQUIT);
        std::string text;
        std::array<char, 4096> part{};
        while (text.find(last) == std::string::npos) {
            const auto n = read(ends[0], part.data(), part.size());
            ENSURE(n > 0, "the report ended early");
            text.append(part.data(), static_cast<std::size_t>(n));
        }
        return text;
    });
}

}  // namespace

TEST_CASE(
    "a process whose goroutines are all asleep for ever says who waits where and exits with 2" *
    doctest::skip(test::emulated())) {
    const auto end = test::in_child([] {
        return run([] {
            auto [tx, rx] = channel<int>(0, "reminders");
            scope([&](Scope& s) { s.go("reminder-push", [&] { wait_for_reminder(rx); }); });
        });
    });
    CHECK(end.exit_code == 2);
    CHECK(end.said("PROVEN deadlock"));
    CHECK(end.said("\"reminder-push\" [receive \"reminders\""));
    CHECK(end.said("wait_for_reminder"));
    CHECK(end.said("report_test.cpp"));
    CHECK(end.said("\"main\" [join"));
    CHECK(end.said(") has 1 Sender and 1 Receiver"));
}

TEST_CASE("a dump names running and waiting goroutines and where they were started") {
    run([] {
        auto [tx, rx] = channel<int>(0, "alerts");
        scope([&](Scope& s) {
            const auto line = std::source_location::current().line() + 1;
            s.go("alert-service", [&] { wait_for_reminder(rx); });
            const std::string text = dump_that_says("[receive \"alerts\"");
            CHECK(text.find("\"alert-service\" [receive \"alerts\"") != std::string::npos);
            CHECK(text.find("\"main\" [running]") != std::string::npos);
            // The path before it depends on how the compiler was called.
            CHECK(text.find("started at ") != std::string::npos);
            const std::string place = "runtime/src/report_test.cpp:" + std::to_string(line);
            CHECK(text.find(place) != std::string::npos);
            {
                auto last = std::move(tx);
            }
        });
    });
}

TEST_CASE("a dump reads no name of detached work that has ended meanwhile") {
    test::for_each_worker_count([] {
        scope([](Scope& s) {
            auto [tx, rx] = channel<int>(64);
            s.go("starter", [tx = std::move(tx)]() mutable {
                for (int i = 0; i < 200; ++i) {
                    const std::string why = "letter " + std::to_string(i);
                    detach(why, [tx = tx.clone()]() mutable { CHECK(tx.send(1)); });
                }
            });
            for (const int each : rx) {
                CHECK(each == 1);
                CHECK(dump().starts_with("weft: all goroutines"));
            }
        });
    });
}

TEST_CASE("SIGQUIT prints all goroutines and the program goes on") {
    const auto end = test::in_child([] {
        return run([] {
            auto [tx, rx] = channel<int>(0, "night-run");
            scope([&](Scope& s) {
                s.go("night-run", [&] { wait_for_reminder(rx); });
                dump_that_says("[receive");
                std::fputs(what_sigquit_says("[receive \"night-run\"").c_str(), stdout);
                {
                    auto last = std::move(tx);
                }
            });
            return 7;
        });
    });
    CHECK(end.exit_code == 7);
    CHECK(end.said("SIGQUIT: all goroutines"));
    CHECK(end.said("\"night-run\" [receive \"night-run\""));
}

TEST_CASE("a broken contract ends the process with the goroutine, its start and its stack") {
    const auto end = test::in_child([] {
        return run([] {
            scope([](Scope& s) {
                s.go("enrol", [] { ENSURE(1 + 1 == 3, "the quota is negative"); });
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("contract broken: the quota is negative"));
    CHECK(end.said("\"enrol\""));
    CHECK(end.said("report_test.cpp"));
}

TEST_CASE("a dump names the locks a waiting goroutine holds, and how long it has left") {
    test::for_each_seed(5, [] {
        Mutex patient("patient");
        auto [tx, rx] = channel<int>();
        scope([&, &tx = tx, &rx = rx](Scope& s) {
            s.go("update", [&] {
                const std::lock_guard lock(patient);
                (void)timeout(30min, [&] { (void)rx.recv(); });
            });
            sleep(1ms);
            const std::string text = dump();
            CHECK(text.find("    holds lock \"patient\" (made at ") != std::string::npos);
            CHECK(text.find("    its deadline is in 29 min") != std::string::npos);
            (void)tx.send(1);
        });
    });
}

TEST_CASE("the list of goroutines has what a goroutine waits for, where, and its stack") {
    run([] {
        auto [tx, rx] = channel<int>(0, "alerts");
        scope([&](Scope& s) {
            s.go("alert-service", [&] { wait_for_reminder(rx); });
            const auto waiting = [] {
                for (const ReportedGoroutine& each : goroutines())
                    if (each.name == "alert-service" && each.state == "receive") return each;
                return ReportedGoroutine{};
            };
            while (waiting().id == 0) yield();
            const ReportedGoroutine seen = waiting();
            CHECK(seen.waits_on == "alerts");
            CHECK(std::string(seen.waits_at.file_name()).ends_with("report_test.cpp"));
            CHECK(seen.started_at.line() > seen.waits_at.line());
            CHECK_FALSE(seen.is_thread);
            CHECK_FALSE(seen.time_left);
            if (!test::emulated()) {
                const bool caller_is_there =
                    std::any_of(seen.stack.begin(), seen.stack.end(), [](const StackFrame& frame) {
                        return frame.function.find("wait_for_reminder") != std::string::npos;
                    });
                CHECK(caller_is_there);
            }
            {
                auto last = std::move(tx);
            }
        });
    });
}

TEST_CASE("under a goroutine are those that it started and theirs, and each says who started it") {
    test::for_each_worker_count([] {
        auto [tx, rx] = channel<int>();
        std::atomic<std::uint64_t> head{0};
        std::atomic<int> waiting{0};
        const auto wait = [&, &rx = rx] {
            ++waiting;
            (void)rx.recv();
        };
        scope([&, &tx = tx](Scope& s) {
            s.go("another", wait);
            s.go("head", [&] {
                head = this_goroutine();
                scope([&](Scope& inner) {
                    inner.go("hand", [&] { scope([&](Scope& last) { last.go("finger", wait); }); });
                    inner.go("foot", wait);
                });
            });
            while (waiting < 3) yield();
            std::map<std::string, ReportedGoroutine> seen;
            for (auto& one : goroutines_under({head, head, 0})) seen[one.name] = std::move(one);
            CHECK(seen.size() == 4);
            CHECK(seen["head"].id == head);
            CHECK(seen["head"].parent == this_goroutine());
            CHECK(seen["hand"].parent == head);
            CHECK(seen["foot"].parent == head);
            CHECK(seen["finger"].parent == seen["hand"].id);
            CHECK(goroutines_under({UINT64_MAX}).empty());
            {
                auto last = std::move(tx);
            }
        });
    });
}

TEST_CASE("a report is one line of JSON, whatever its names contain, without what is not known") {
    Report report;
    report.certainty = Certainty::likely;
    report.finding = Finding::lock_cycle;
    report.sentence = "goroutine 7 \"a\\b\" waits\n";
    ReportedGoroutine one;
    one.id = 7;
    one.state = "mutex";
    one.holds = {{"lock", "patient", {}}};
    one.stack = {{"f()", "a.cpp", 3}, {"g()", "", 0}};
    report.goroutines = {one};
    CHECK(report.json() ==
          R"j({"certainty":"LIKELY","finding":"lock cycle",)j"
          R"j("sentence":"goroutine 7 \"a\\b\" waits\u000a",)j"
          R"j("goroutines":[{"id":7,"state":"mutex","holds":[{"kind":"lock","name":"patient"}],)j"
          R"j("stack":[{"function":"f()","at":"a.cpp:3"},{"function":"g()"}]}]})j");
}

TEST_CASE(
    "on_report gets a broken contract before the process ends, and stderr has it all the same") {
    const auto end = test::in_child([] {
        Options options;
        options.on_report = [](const Report& report) {
            std::printf("told of %s %s by %s\n", to_string(report.certainty),
                        to_string(report.finding), report.goroutines.at(0).name.c_str());
            std::fflush(stdout);
        };
        return run(options, [] {
            scope([](Scope& s) {
                s.go("enrol", [] { ENSURE(1 + 1 == 3, "the quota is negative"); });
            });
        });
    });
    CHECK(end.signal == SIGABRT);
    CHECK(end.said("told of PROVEN contract broken by enrol"));
    CHECK(end.said("weft: PROVEN contract broken: the quota is negative"));
}

TEST_CASE("a signal that a goroutine waits for wakes it and does not end the process") {
    const auto end = test::in_child([] {
        return run([] {
            int got = 0;
            scope([&](Scope& s) {
                s.go("wait", [&] { got = wait_signal({SIGTERM, SIGINT}); });
                dump_that_says("[I/O");
                raise(SIGTERM);
            });
            return got == SIGTERM ? 0 : 1;
        });
    });
    INFO(end.output);
    CHECK(end.exit_code == 0);
}

// What std::lock_guard's caller would be, were there no line of its own.
struct AskedFrom {
    std::source_location at{};
    void lock(std::source_location from = std::source_location::current()) { at = from; }
    void unlock() {}
};

TEST_CASE("a program built without debug information is told the function in place of the line") {
    AskedFrom lock;
    {
        const std::lock_guard guard(lock);
    }
    const auto says = [&](const std::vector<StackFrame>& stack, const char* text) {
        ReportedGoroutine waits;
        waits.waits_at = lock.at;
        waits.stack = stack;
        return waits.text().find(text) != std::string::npos;
    };
    std::vector<StackFrame> stack = {
        {"weft::Mutex::lock(std::source_location)", "", 0},
        {"std::lock_guard<weft::Mutex>::lock_guard(weft::Mutex&)", "", 0},
        {"enrol(Site&)", "", 0},
        {"main", "", 0}};
    CHECK(says(stack, "waits at enrol(Site&), line unknown: built without -g"));
    stack[3] = {"main", "ward.cpp", 7};
    CHECK(says(stack, "waits at ward.cpp:7"));
    CHECK(says({}, "/include/c++/"));  // nothing is known: then where the guard itself asks
}

}  // namespace weft
