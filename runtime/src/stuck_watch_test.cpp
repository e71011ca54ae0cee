// SPDX-License-Identifier: Apache-2.0
// What the background tells of without being asked, and when.
#include <condition_variable>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "weft/blocking.h"
#include "weft/channel.h"
#include "weft/event.h"
#include "weft/mutex.h"
#include "weft/report.h"
#include "weft/run.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/time.h"

#include "runtime/src/stuck.h"
#include "tests/support/goroutines.h"
#include "tests/support/stuck.h"
#include "tests/support/test.h"

using namespace std::chrono_literals;
using test::says;
using test::until_waits;

namespace weft {
namespace {

// Keeps what was told, from whichever thread.
class Told {
  public:
    void operator()(const Report& report) {
        const std::lock_guard guard(mutex_);
        reports_.push_back(report);
    }
    std::vector<Report> all() const {
        const std::lock_guard guard(mutex_);
        return reports_;
    }
    void until(std::size_t count) const {
        while (all().size() < count) yield();
    }

  private:
    mutable std::mutex mutex_;
    std::vector<Report> reports_;
};

// Each at a line of its own: a line is told of once.
void wait_at_one_line() {
    Event nobody;
    nobody.wait();
}
void wait_at_another_line() {
    Event nobody;
    nobody.wait();
}

}  // namespace

TEST_CASE("a reader that runs while a writer waits is told of without being asked for") {
    Told told;
    Options options;
    options.workers = 2;
    options.stuck_after = 20ms;
    options.on_report = [&told](const Report& report) { told(report); };
    CHECK(run(options, [&] {
              RWMutex records("records");
              scope([&](Scope& s) {
                  s.go("reader", [&] {
                      const std::shared_lock reading(records);
                      told.until(1);
                  });
                  while (records.try_lock()) {
                      records.unlock();
                      yield();
                  }
                  s.go("writer", [&] { const std::lock_guard writing(records); });
              });
          }) == 0);
    const auto all = told.all();
    REQUIRE(all.size() == 1);
    CHECK(all[0].certainty == Certainty::smell);
    CHECK(says(all[0], " \"reader\", which runs"));
}

TEST_CASE("a holder that sleeps a moment at a time is told of while another waits for the lock") {
    for (const bool reads : {false, true}) {
        INFO("reads: ", reads);
        Told told;
        Options options;
        options.workers = 2;
        options.stuck_after = 20ms;
        options.on_report = [&told](const Report& report) { told(report); };
        CHECK(run(options, [&] {
                  RWMutex plan("plan");
                  scope([&](Scope& s) {
                      s.go("holder", [&] {
                          if (reads)
                              plan.lock_shared();
                          else
                              plan.lock();
                          while (told.all().empty()) sleep(1ms);
                          if (reads)
                              plan.unlock_shared();
                          else
                              plan.unlock();
                      });
                      while (plan.try_lock()) {
                          plan.unlock();
                          yield();
                      }
                      s.go("other", [&] { const std::lock_guard writing(plan); });
                  });
              }) == 0);
        const auto all = told.all();
        REQUIRE_FALSE(all.empty());
        CHECK(all[0].finding == Finding::held_up);
        CHECK(all[0].certainty == Certainty::smell);
        CHECK(says(all[0], " \"other\" waits to lock RWMutex \"plan\" for writing"));
        CHECK(says(all[0], " \"holder\", which "));
    }
}

// A look is paid for by what it costs; with the first report, that would put off the next for half
// a minute.
TEST_CASE("who takes long over a report does not put off the next look") {
    std::mutex mutex;
    std::condition_variable came;
    int reports = 0;
    Options options;
    options.workers = 2;
    options.stuck_after = 20ms;
    options.on_report = [&](const Report&) {
        const auto begin = detail::processor_time();
        while (reports == 0 && detail::processor_time() - begin < 500'000'000) {
        }
        const std::lock_guard lock(mutex);
        ++reports;
        came.notify_all();
    };
    const auto report_comes = [&](int nth) {
        return blocking("wait for a report", [&] {
            std::unique_lock lock(mutex);
            return came.wait_for(lock, 20s, [&] { return reports == nth; });
        });
    };
    CHECK(run(options, [&] {
              scope([&](Scope& s) {
                  s.go("first", wait_at_one_line);
                  CHECK(report_comes(1));
                  s.go("second", wait_at_another_line);
                  CHECK(report_comes(2));
                  s.cancel();
              });
          }) == 0);
}

TEST_CASE("what hangs is told of once, without being asked for, while others go on") {
    Told told;
    Options options;
    options.workers = 2;
    options.stuck_after = 20ms;
    options.on_report = [&told](const Report& report) { told(report); };
    CHECK(run(options, [&] {
              std::optional<Task<void>> parent;
              Mutex mutex("plan");
              scope([&](Scope& s) {
                  test::start_circle_of_joins(s, parent);
                  told.until(1);
                  auto [answer, answers] = channel<char>(0, "answers");
                  s.go("holder", [&, answers = std::move(answers)]() mutable {
                      const std::lock_guard held(mutex);
                      (void)answers.recv();
                  });
                  until_waits("holder", "receive");
                  s.go("other", [&] { const std::lock_guard mine(mutex); });
                  told.until(2);  // by now the circle has been looked at again
                  (void)answer.send('.');
                  s.cancel();
              });
          }) == 0);
    const auto all = told.all();
    REQUIRE(all.size() == 2);
    CHECK(all[0].finding == Finding::wait_cycle);
    CHECK(all[0].certainty == Certainty::proven);
    CHECK(all[1].finding == Finding::held_up);
    CHECK(all[1].certainty == Certainty::likely);
}

}  // namespace weft
