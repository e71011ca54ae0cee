// SPDX-License-Identifier: Apache-2.0
#include "weft/trace.h"

#include <atomic>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/outside_waker.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "tests/support/child.h"
#include "tests/support/goroutines.h"
#include "tests/support/test.h"

namespace weft {
namespace {

/// The events of a trace, a line each.
std::vector<std::string> lines(const TraceRecord& record) {
    std::vector<std::string> all;
    std::istringstream text(record.json());
    for (std::string line; std::getline(text, line);)
        if (line.starts_with(R"({"ph")")) all.push_back(line);
    return all;
}

std::string field(const std::string& line, const std::string& key) {
    const auto at = line.find('"' + key + "\":");
    if (at == std::string::npos) return "";
    const auto from = at + key.size() + 3;
    const std::string value = line.substr(from, line.find_first_of(",}", from) - from);
    return value.starts_with('"') ? value.substr(1, value.size() - 2) : value;
}

/// How many lines hold all of these.
std::size_t count(const std::vector<std::string>& all, const std::vector<std::string>& parts) {
    std::size_t times = 0;
    for (const std::string& line : all) {
        bool has_all = true;
        for (const std::string& part : parts) has_all &= line.find(part) != std::string::npos;
        times += has_all;
    }
    return times;
}
std::size_t count(const TraceRecord& record, const std::vector<std::string>& parts) {
    return count(lines(record), parts);
}

/// No turn ends that has not begun or stays open, likewise no wait, and no track goes back in time.
void check_whole(const TraceRecord& record) {
    std::map<std::string, int> turns;
    std::map<std::string, int> waits;
    std::map<std::string, double> times;
    bool nested = false;
    bool backwards = false;
    for (const std::string& line : lines(record)) {
        const std::string phase = field(line, "ph");
        const std::string track = field(line, "tid");
        const double when = std::stod(field(line, "ts"));
        backwards |= when < std::exchange(times[track], when);
        if (phase == "B" || phase == "E") nested |= (turns[track] += phase == "B" ? 1 : -1) > 1;
        if (phase == "b") ++waits[field(line, "id")];
        if (phase == "e") --waits[field(line, "id")];
        nested |= turns[track] < 0 || waits[field(line, "id")] < 0;
    }
    CHECK_FALSE(nested);
    CHECK_FALSE(backwards);
    for (const auto& [track, open] : turns) CHECK(open == 0);
    for (const auto& [goroutine, open] : waits) CHECK(open == 0);
}

Trace started(std::size_t events_per_worker = 16'384) {
    return Trace::start({events_per_worker}).value();
}

void pass_on(int values) {
    auto [tx, rx] = channel<int>(1, "visits");
    scope([&, &tx = tx, &rx = rx](Scope& s) {
        s.go("site", [tx = std::move(tx), values]() mutable {
            for (int i = 0; i < values; ++i) (void)tx.send(i);
        });
        s.go("registry", [rx = std::move(rx)]() mutable {
            while (rx.recv()) yield();
        });
    });
}

}  // namespace

TEST_CASE("a trace shows who ran, who started and woke him, and what he waited for and where") {
    CHECK(run([] {
              Trace trace = started();
              Event approval("approval");
              scope([&](Scope& s) {
                  s.go("nurse", [&] { approval.wait(); });
                  test::until_waits("nurse", "event");
                  approval.set();
              });
              const TraceRecord record = trace.stop();
              const std::string nurse = R"("name":"nurse")";
              CHECK(count(record, {R"("ph":"i")", R"("name":"spawn")", nurse}) == 1);
              CHECK(count(record, {R"("ph":"i")", R"("name":"ready")", nurse}) == 1);
              CHECK(count(record, {R"("ph":"B")", nurse, "trace_test.cpp"}) == 2);
              CHECK(count(record, {R"("ph":"E")", R"("left by":"event")", "trace_test.cpp"}) == 1);
              CHECK(count(record, {R"("ph":"b")", R"("name":"event")", "trace_test.cpp"}) == 1);
              CHECK(count(record, {R"("ph":"E")", R"("left by":"end")"}) == 1);
              CHECK(count(record, {R"("ph":"f")"}) >= 2);
              check_whole(record);
          }) == 0);
}

TEST_CASE("every turn and every wait that begins ends, and no track of a trace goes back in time") {
    test::everywhere([] {
        Trace trace = started();
        pass_on(40);
        const TraceRecord record = trace.stop();
        CHECK(count(record, {R"("ph":"B")", R"("name":"registry")"}) >= 1);
        CHECK(record.dropped() == 0);
        check_whole(record);
    });
}

TEST_CASE("a trace that is full keeps the newest events and says how many it dropped") {
    Options options;
    options.workers = 1;
    CHECK(run(options, [] {
              Trace trace = started(10);
              pass_on(100);
              scope([](Scope& s) { s.go("last of all", [] {}); });
              const TraceRecord record = trace.stop();
              CHECK(record.events() == 10);
              CHECK(record.dropped() > 200);
              const std::string dropped = std::to_string(record.dropped());
              CHECK(record.json().find("\"dropped\":" + dropped) != std::string::npos);
              CHECK(count(record, {dropped + " earlier events were dropped"}) == 1);
              CHECK(count(record, {R"("ph":"B")", "last of all"}) == 1);
              check_whole(record);
          }) == 0);
}

TEST_CASE("who is cancelled and who cancelled him stands in the trace") {
    test::for_each_worker_count([] {
        Trace trace = started();
        CHECK(test::cancel_in("event", [] { Event("never").wait(); }));
        const TraceRecord record = trace.stop();
        CHECK(count(record, {R"("name":"cancel")", R"("name":"to be cancelled")"}) == 1);
        check_whole(record);
    });
}

TEST_CASE("a goroutine that a plain thread wakes or starts is traced on the threads' track") {
    CHECK(run([] {
              Trace trace = started();
              Event done("done");
              scope([&](Scope& s) {
                  s.go("woken", [&] { done.wait(); });
                  test::until_waits("woken", "event");
                  std::thread([&] { done.set(); }).join();
              });
              const TraceRecord record = trace.stop();
              CHECK(count(record, {R"("tid":1,)", R"("name":"ready")", R"("name":"woken")"}) == 1);
              check_whole(record);
          }) == 0);
}

TEST_CASE("a second trace is refused while one is made, and can be made after it") {
    Trace first = started();
    const auto second = Trace::start();
    CHECK(second.error().code == "trace-running");
    CHECK(second.error().kind == ErrorKind::conflict);
    (void)first.stop();
    {
        const Trace given_up = started();
    }
    CHECK(started().stop().events() == 0);
}

TEST_CASE("a trace moved into another goes on, and the end of the first does not end it") {
    std::optional<Trace> first(started());
    Trace second(std::move(*first));
    first.reset();
    CHECK_FALSE(Trace::start().ok());
    CHECK(run([] { pass_on(2); }) == 0);
    CHECK(second.stop().events() > 0);
}

TEST_CASE("a trace goes over the end of one run and the beginning of the next") {
    Options options;
    options.workers = 2;
    Trace trace = started();
    for (int i = 0; i < 3; ++i) CHECK(run(options, [] { pass_on(3); }) == 0);
    const TraceRecord record = trace.stop();
    CHECK(count(record, {R"("name":"thread_name")", R"("name":"worker 0")"}) == 1);
    CHECK(count(record, {R"("ph":"E")", R"("left by":"end")"}) == 9);  // main among them
    check_whole(record);
}

TEST_CASE("traces begin and end while workers and threads write to them") {
    test::for_each_worker_count([] {
        std::atomic<bool> over{false};
        const OutsideWaker thread_sends;
        auto [tx, rx] = channel<int>(0, "from a thread");
        std::thread thread([tx = std::move(tx)]() mutable {
            while (tx.send(1)) {
            }
        });
        scope([&, &rx = rx](Scope& s) {
            s.go("load", [&] {
                while (!over.load()) pass_on(20);
            });
            s.go("listener", [&over, rx = std::move(rx)]() mutable {
                while (!over.load()) (void)rx.recv();
            });
            for (int i = 0; i < 60; ++i) {
                Trace trace = started(64);
                yield();
                if (i % 3 == 0) continue;  // given up
                const TraceRecord record = trace.stop();
                if (i % 10 == 1) check_whole(record);
            }
            over.store(true);
        });
        thread.join();
    });
}

TEST_CASE("several ask for a trace at once, and one has it at a time") {
    test::for_each_worker_count([] {
        std::atomic<int> recording{0};
        std::atomic<int> made{0};
        std::atomic<bool> two{false};
        scope([&](Scope& s) {
            for (int g = 0; g < 4; ++g)
                s.go([&] {
                    while (made.load() < 20) {
                        if (auto trace = Trace::start({32})) {
                            two = two || recording.fetch_add(1) != 0;
                            yield();
                            recording.fetch_sub(1);
                            (void)trace->stop();
                            ++made;
                        }
                        yield();
                    }
                });
        });
        CHECK_FALSE(two.load());
    });
}

TEST_CASE("to stop a trace twice, or to make one without room, ends the process with a report") {
    const auto twice = test::in_child([] {
        Trace trace = started();
        (void)trace.stop();
        (void)trace.stop();
        return 0;
    });
    CHECK(twice.said("a trace was stopped that does not record"));
    const auto empty = test::in_child([] {
        (void)Trace::start({0});
        return 0;
    });
    CHECK(empty.said("a trace without room for an event"));
}

}  // namespace weft
