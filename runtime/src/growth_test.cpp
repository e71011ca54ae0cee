// SPDX-License-Identifier: Apache-2.0
// Crowds that only grow are told of, once; those that are let go now and then are not.
#include "runtime/src/growth.h"

#include <atomic>
#include <functional>
#include <memory>

#include "weft/context.h"
#include "weft/event.h"
#include "weft/run.h"
#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "tests/support/test.h"

using namespace std::chrono_literals;

namespace weft {
namespace {

using detail::Crowd;
using detail::Growth;

constexpr int in_a_batch = 2;  // ThreadSanitizer knows few fibers

// `batch(s, look)` may start goroutines before each of `looks`, at the end of which all are called
// off. The crowds that were found, by look.
std::vector<std::vector<Crowd>> found_in(int looks, const std::function<void(Scope&, int)>& batch) {
    std::vector<std::vector<Crowd>> found;
    Options options;
    options.stuck_after = 0ns;
    CHECK(sim::run(1, options, [&] {
              Growth growth;
              (void)cancellable([&](CancelHandle& all) {
                  scope([&](Scope& s) {
                      for (int look = 0; look < looks; ++look) {
                          batch(s, look);
                          sleep(1ms);  // until all wait
                          found.push_back(growth.look(10));
                      }
                      all.cancel();
                  });
              });
          }) == 0);
    return found;
}

std::size_t count(const std::vector<std::vector<Crowd>>& found) {
    std::size_t all = 0;
    for (const auto& one : found) all += one.size();
    return all;
}

}  // namespace

TEST_CASE("a crowd that grows for eight looks and more than the bound is found once") {
    Event never;
    const auto found = found_in(30, [&](Scope& s, int) {
        for (int i = 0; i < in_a_batch; ++i) s.go("reminder", [&never] { never.wait(); });
    });
    REQUIRE(count(found) == 1);
    REQUIRE(found[8].size() == 1);  // the first look shows a crowd, eight more that it grows
    const Crowd& crowd = found[8].front();
    CHECK(crowd.count == 9 * in_a_batch);
    CHECK(crowd.count_before == in_a_batch);
    CHECK(crowd.kind == detail::WaitKind::event);
}

TEST_CASE("a crowd below the bound is not found, however long it grows") {
    Event never;
    CHECK(count(found_in(30, [&](Scope& s, int look) {
              if (look % 4 == 0) s.go("reminder", [&never] { never.wait(); });
          })) == 0);
}

TEST_CASE("a crowd whose first are let go is not found, however large it gets") {
    std::vector<std::unique_ptr<Event>> days;
    CHECK(count(found_in(30, [&](Scope& s, int look) {
              days.push_back(std::make_unique<Event>());
              Event& day = *days.back();
              for (int i = 0; i < in_a_batch * (look + 1); ++i) s.go([&day] { day.wait(); });
              if (look >= 5) days[static_cast<std::size_t>(look) - 5]->set();
          })) == 0);
}

TEST_CASE("a crowd that stops growing before it has doubled is not found") {
    Event never;
    CHECK(count(found_in(40, [&](Scope& s, int look) {
              const int more = look == 0 ? 30 : look < 20 ? 1 : 0;
              for (int i = 0; i < more; ++i) s.go([&never] { never.wait(); });
          })) == 0);
}

TEST_CASE("goroutines that sleep or have a deadline are no crowd") {
    Event never;
    CHECK(count(found_in(30, [&](Scope& s, int) {
              for (int i = 0; i < in_a_batch; ++i) {
                  s.go([] { sleep(1h); });
                  s.go([&never] { (void)timeout(1h, [&never] { never.wait(); }); });
              }
          })) == 0);
}

TEST_CASE(
    "growth is told of while the process runs, as a smell, with the line at which they wait") {
    Options options;
    options.workers = 2;
    options.stuck_after = 10ms;
    options.crowd = 20;
    std::atomic<bool> told = false;
    Report report;
    options.on_report = [&](const Report& one) {
        if (one.finding != Finding::growth) return;
        report = one;
        told = true;
    };
    CHECK(run(options, [&] {
              (void)cancellable([&](CancelHandle& all) {
                  Event never("the next visit");
                  scope([&](Scope& s) {
                      // Ever more, but ever more slowly: where all is slow a look takes long, and
                      // meanwhile there would come more than a sanitizer can bear.
                      for (int started = 0; !told; ++started) {
                          s.go("reminder", [&never] { never.wait(); });
                          sleep(1ms + started * 100us);
                      }
                      all.cancel();
                  });
              });
          }) == 0);
    CHECK(report.certainty == Certainty::smell);
    CHECK(report.sentence.find("growth_test.cpp") != std::string::npos);
    CHECK(report.sentence.find("waits for event \"the next visit\"") != std::string::npos);
}

}  // namespace weft
