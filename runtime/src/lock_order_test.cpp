// SPDX-License-Identifier: Apache-2.0
// Locks taken in opposite orders are reported when both orders have been seen, though nobody hung;
// and what only looks like that is not.
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "weft/guarded.h"
#include "weft/lock_all.h"
#include "weft/mutex.h"
#include "weft/report.h"
#include "weft/rw_mutex.h"
#include "weft/scope.h"
#include "weft/sim.h"

#include "tests/support/child.h"
#include "tests/support/test.h"

namespace weft {
namespace {

// What is said while `f` runs in one goroutine after another, so that nothing can ever hang.
template <class F>
std::vector<Report> said_of(F f) {
    std::vector<Report> told;
    Options options;
    options.on_report = [&](const Report& report) { told.push_back(report); };
    CHECK(sim::run(1, options, [&] { f(); }) == 0);
    return told;
}

template <class Outer, class Inner>
void nest(Outer& outer, Inner& inner) {
    const std::lock_guard first(outer);
    const std::lock_guard second(inner);
}

void one_after_another(const char* name, const std::function<void()>& f) {
    scope([&](Scope& s) { s.go(name, [&] { f(); }); });
}

}  // namespace

TEST_CASE("two locks taken in both orders are reported though nobody hung, with both stacks") {
    const auto told = said_of([] {
        Mutex patient("patient");
        Mutex trial("trial");
        one_after_another("update", [&] { nest(patient, trial); });
        one_after_another("enrol", [&] { nest(trial, patient); });
    });
    REQUIRE(told.size() == 1);
    CHECK(told[0].certainty == Certainty::smell);
    CHECK(told[0].finding == Finding::lock_order);
    CHECK(told[0].sentence.find("\"enrol\" takes lock \"patient\" while it holds lock \"trial\"") !=
          std::string::npos);
    CHECK(
        told[0].sentence.find("\"update\" takes lock \"trial\" while it holds lock \"patient\"") !=
        std::string::npos);
    REQUIRE(told[0].goroutines.size() == 2);
    for (const ReportedGoroutine& each : told[0].goroutines) {
        if (!test::emulated()) CHECK_FALSE(each.stack.empty());
        CHECK(each.holds.size() == 1);
    }
}

TEST_CASE("an inversion is said once, however often it happens") {
    CHECK(said_of([] {
              Mutex a("a");
              Mutex b("b");
              for (int i = 0; i < 10; ++i) {
                  nest(a, b);
                  nest(b, a);
              }
          }).size() == 1);
}

TEST_CASE("one order, however often, is not reported") {
    CHECK(said_of([] {
              Mutex a("a");
              Mutex b("b");
              Mutex c("c");
              for (int i = 0; i < 10; ++i) {
                  nest(a, b);
                  nest(b, c);
                  nest(a, c);
              }
          }).empty());
}

TEST_CASE("a circle through three locks is reported when its third edge is seen") {
    const auto told = said_of([] {
        Mutex a("a");
        Mutex b("b");
        Mutex c("c");
        nest(a, b);
        nest(b, c);
        nest(c, a);
    });
    REQUIRE(told.size() == 1);
    CHECK(told[0].goroutines.size() == 3);
}

TEST_CASE("the order is one of kinds: other locks that were made at the same places count") {
    CHECK(said_of([] {
              struct Site {
                  Mutex patients{"patients"};
                  Mutex visits{"visits"};
              };
              Site oslo;
              Site turin;
              nest(oslo.patients, oslo.visits);
              nest(turin.visits, turin.patients);
          }).size() == 1);
}

TEST_CASE("locks of one kind have an order of their own: a chain is fine, a turn is reported") {
    CHECK(said_of([] {
              std::vector<std::unique_ptr<Mutex>> rows;
              for (int i = 0; i < 4; ++i) rows.push_back(std::make_unique<Mutex>("row"));
              for (int i = 0; i < 3; ++i) nest(*rows[i], *rows[i + 1]);
              nest(*rows[0], *rows[3]);
          }).empty());
    CHECK(said_of([] {
              std::vector<std::unique_ptr<Mutex>> rows;
              for (int i = 0; i < 4; ++i) rows.push_back(std::make_unique<Mutex>("row"));
              for (int i = 0; i < 3; ++i) nest(*rows[i], *rows[i + 1]);
              nest(*rows[3], *rows[0]);
          }).size() == 1);
}

TEST_CASE("both orders behind one gate cannot meet and are not reported") {
    CHECK(said_of([] {
              Mutex gate("gate");
              Mutex a("a");
              Mutex b("b");
              const std::lock_guard only_one(gate);
              nest(a, b);
              nest(b, a);
          }).empty());
}

TEST_CASE("a gate that is not always there is none") {
    CHECK(said_of([] {
              Mutex gate("gate");
              Mutex a("a");
              Mutex b("b");
              {
                  const std::lock_guard only_one(gate);
                  nest(a, b);
                  nest(b, a);
              }
              nest(a, b);
          }).size() == 1);
}

TEST_CASE("readers of a lock meet, so it is no gate") {
    CHECK(said_of([] {
              RWMutex shared("shared");
              Mutex a("a");
              Mutex b("b");
              const std::shared_lock many(shared);
              nest(a, b);
              nest(b, a);
          }).size() == 1);
}

TEST_CASE("lock_all has no order to break, whatever the order of its arguments") {
    CHECK(said_of([] {
              Mutex a("a");
              RWMutex b("b");
              Mutex c("c");
              for (int i = 0; i < 3; ++i) {
                  const auto one = lock_all(a, b, c);
              }
              for (int i = 0; i < 3; ++i) {
                  const auto other = lock_all(c, b, a);
              }
          }).empty());
}

TEST_CASE("lock_all inside another lock is an order like any other") {
    CHECK(said_of([] {
              Mutex outer("outer");
              Mutex a("a");
              Mutex b("b");
              {
                  const std::lock_guard first(outer);
                  const auto both = lock_all(a, b);
              }
              nest(b, outer);
          }).size() == 1);
}

TEST_CASE("try_lock waits for nobody and breaks no order, and std::scoped_lock backs off") {
    CHECK(said_of([] {
              Mutex a("a");
              Mutex b("b");
              nest(a, b);
              const std::lock_guard first(b);
              if (a.try_lock()) a.unlock();
          }).empty());
}

TEST_CASE("guarded values of one type that play different parts are not taken for each other") {
    CHECK(said_of([] {
              Guarded<int> outside(1);
              Guarded<int> inside(2);
              Mutex middle("middle");
              outside.with([&](int&) { const std::lock_guard m(middle); });
              const std::lock_guard m(middle);
              inside.with([](int&) {});
          }).empty());
}

TEST_CASE("a lock made where another has died does not inherit its order") {
    CHECK(said_of([] {
              alignas(Mutex) std::byte room[2 * sizeof(Mutex)];
              for (int round = 0; round < 2; ++round) {
                  std::vector<Mutex*> rows;
                  for (int i = 0; i < 2; ++i)
                      rows.push_back(::new (room + i * sizeof(Mutex)) Mutex("row"));
                  nest(*rows[round], *rows[1 - round]);
                  for (Mutex* row : rows) std::destroy_at(row);
              }
          }).empty());
}

TEST_CASE("RWMutexes are in the order too, also where both are only read") {
    CHECK(said_of([] {
              RWMutex a("a");
              RWMutex b("b");
              {
                  const std::shared_lock one(a);
                  const std::shared_lock two(b);
              }
              const std::shared_lock one(b);
              const std::shared_lock two(a);
          }).size() == 1);
}

}  // namespace weft
