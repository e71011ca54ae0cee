// SPDX-License-Identifier: Apache-2.0
// The pages that a server can show of its goroutines.
#include "weft/debug_page.h"

#include <string>
#include <string_view>

#include "weft/channel.h"
#include "weft/context.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"
#include "weft/trace.h"

#include "tests/support/test.h"

namespace weft {
namespace {

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t times = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
}

std::string body(std::string_view path) {
    return debug_page(path, Duration{}).value().body;
}

// One look may still show somebody as running (seen once, under ThreadSanitizer on a busy machine).
void until_all_wait() {
    std::string json;
    do {
        sleep(std::chrono::milliseconds(1));
        json = body("/waits.json");
    } while (!has(json, R"("name":"reminder","state":"receive","waits_on":"reminders & calls")") ||
             !has(json, R"("count":2)") || !has(json, R"("waits_on":"relief")"));
}

// Two reminders that wait for a nurse who waits for an event in her own frame, and, beside them,
// `looks` by main.
template <class F>
void beside_a_stuck_nurse(F looks) {
    Options options;
    options.stuck_after = Duration{};
    CHECK(sim::run(1, options, [&] {
              (void)cancellable([&](CancelHandle& everything) {
                  scope([&](Scope& s) {
                      s.go("nurse <day>", [] {
                          Event relief("relief");
                          scope([&](Scope& shift) {
                              auto [tx, rx] = channel<int>(0, "reminders & calls");
                              for (int i = 0; i < 2; ++i)
                                  shift.go("reminder", [&rx = rx] { (void)rx.recv(); });
                              relief.wait();
                          });
                      });
                      until_all_wait();
                      looks();
                      everything.cancel();
                  });
              });
          }) == 0);
}

}  // namespace

TEST_CASE("a path that is no debug page has none") {
    CHECK_FALSE(debug_page("/passwords"));
    CHECK_FALSE(debug_page("stuck"));
}

TEST_CASE(
    "goroutines that wait at one place are one place, with an arrow to who could let them go") {
    beside_a_stuck_nurse([] {
        const std::string json = body("/waits.json");
        CHECK(has(json, R"({"waits":0,"for":1,"count":2})"));
        CHECK(has(json, R"({"waits":1,"for":1,"count":1})"));
        CHECK(has(json, R"("name":"nurse <day>","state":"event","waits_on":"relief")"));
        CHECK(count(json, R"("stuck":true,"others_could_end_it":false)") == 2);
        CHECK(count(json, R"("state":"running")") == 1);  // who asks
    });
}

TEST_CASE("the drawing has a box for each place and escapes the names in it") {
    beside_a_stuck_nurse([] {
        const std::string svg = body("/waits.svg");
        CHECK(has(svg, "nurse &lt;day&gt;"));
        CHECK(has(svg, "receive &quot;reminders &amp; calls&quot;"));
        CHECK_FALSE(has(svg, "<day>"));
        CHECK(count(svg, "<rect") == 2);
        CHECK(count(svg, "STUCK") == 2);
        CHECK(count(svg, "marker-end") == 2);
    });
}

TEST_CASE("a long name is cut at its end and between its characters, and it still says STUCK") {
    Options options;
    options.stuck_after = Duration{};
    CHECK(sim::run(1, options, [] {
              (void)cancellable([](CancelHandle& everything) {
                  scope([&](Scope& s) {
                      s.go("doctor", [] {
                          // The last of it that fits is the first byte of a character.
                          Event relief("xrelief of all the nurses 如如如如如如如如如如");
                          scope([&](Scope& shift) { shift.go("nurse", [&] { relief.wait(); }); });
                      });
                      while (!has(body("/waits.json"), R"("state":"event")"))
                          sleep(std::chrono::milliseconds(1));
                      const std::string svg = body("/waits.svg");
                      CHECK(has(svg, "event &quot;xrelief of all the nurses 如如"));
                      CHECK(has(svg, "如\u2026<"));
                      CHECK(count(svg, "STUCK") == 2);
                      everything.cancel();
                  });
              });
          }) == 0);
}

TEST_CASE("the page for people says what is stuck, draws it, and runs no script") {
    beside_a_stuck_nurse([] {
        const std::string html = body("");
        CHECK(has(html, "LIKELY stuck"));
        CHECK(has(html, "<svg"));
        CHECK(has(html, "4 goroutines"));
        CHECK_FALSE(has(html, "<day>"));
        CHECK_FALSE(has(html, "<script"));
        CHECK(has(body("/stuck"), "in its own frame"));
        CHECK(has(body("/stuck.json"), R"("finding":"stuck")"));
        CHECK(has(body("/goroutines"), "reminder"));
        CHECK(has(body("/goroutines.json"), R"("waits_on":"relief")"));
    });
}

TEST_CASE("the trace page records for as long as it is told, and says so if another does already") {
    CHECK(sim::run(1, Options{}, [] {
              CHECK(has(debug_page("/trace.json", std::chrono::milliseconds(5))->body,
                        R"("left by":"sleep")"));
              const auto other = Trace::start();
              CHECK(has(body("/trace.json"), "another trace is being made"));
              CHECK(debug_page("/trace.json")->status == 409);
          }) == 0);
}

TEST_CASE("where nobody waits for another there is nothing to draw, and the page says so") {
    CHECK(sim::run(1, Options{}, [] {
              CHECK(has(body("/"), "Nobody waits for another goroutine"));
              CHECK(has(body("/stuck"), "nothing is stuck"));
              CHECK(body("/stuck.json") == "[]");
          }) == 0);
}

}  // namespace weft
