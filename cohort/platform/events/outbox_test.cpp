// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/events/outbox.h"

#include <atomic>
#include <mutex>
#include <set>

#include "weft/mutex.h"
#include "weft/scope.h"

#include "cohort/platform/events/test_events.h"

namespace cohort::events {

TEST_CASE("an event is there exactly when the unit that published it is") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "kept");
        const auto refusal = outbox.db->transact([](db::Tx& tx) -> Result<void> {
            TRY(publish(tx, "thing.changed", "a", {{"name", "taken back"}}));
            return refused("no", "No.");
        });
        CHECK(refusal.error().code == "no");
        outbox.number_all();
        const auto events = outbox.write([](db::Tx& tx) { return events_after(tx, 0, 10); });
        REQUIRE(events.size() == 1);
        CHECK(events[0].position == 1);
        CHECK(events[0].topic == "thing.changed");
        CHECK(events[0].key == "a");
        CHECK(name_of(events[0]) == "kept");
        CHECK(events[0].id.size() == 36);
    });
}

TEST_CASE("a unit that commits late is passed over by nobody: its events come behind") {
    CHECK(weft::run([] {
              TestOutbox outbox(In::postgresql);
              outbox.options.writers = 1;  // so that the lock stays with its connection
              const auto gate = db::Db::open(outbox.options).value();
              const auto at_gate = [&](const char* sql) {
                  return gate->transact([&](db::Tx& tx) { return tx.all(sql); }).ok();
              };
              REQUIRE(at_gate("SELECT 'x' FROM pg_advisory_lock(7)"));
              weft::scope([&](weft::Scope& s) {
                  s.go("late", [&] {
                      outbox.write([](db::Tx& tx) -> Result<void> {
                          TRY(publish(tx, "thing.changed", "late", {{"name", "late"}}));
                          TRY(tx.all("SELECT 'x' FROM pg_advisory_xact_lock(7)"));
                          return {};
                      });
                  });
                  while (outbox.rows("pg_locks WHERE locktype = 'advisory' AND NOT granted") == 0)
                      weft::yield();
                  outbox.publish("quick", "quick");
                  outbox.number_all();
                  CHECK(outbox.write([](db::Tx& tx) { return last_position(tx); }) == 1);
                  CHECK(at_gate("SELECT 'x' FROM pg_advisory_unlock(7)"));
              });
              outbox.number_all();
              const auto events = outbox.write([](db::Tx& tx) { return events_after(tx, 1, 10); });
              REQUIRE(events.size() == 1);
              CHECK(name_of(events[0]) == "late");
              CHECK(events[0].position == 2);
          }) == 0);
}

TEST_CASE("positions have no gap and no reader misses one, however many publish and number") {
    for (const In in : {In::sqlite, In::postgresql}) {
        CHECK(weft::run([&] {
                  TestOutbox outbox(in);
                  constexpr int publishers = 8;
                  constexpr int events_each = 25;
                  std::atomic<int> publishing{publishers};
                  std::vector<std::int64_t> read;
                  weft::scope([&](weft::Scope& s) {
                      for (int p = 0; p < publishers; ++p)
                          s.go("publisher", [&, p] {
                              for (int i = 0; i < events_each; ++i)
                                  outbox.publish(std::to_string(p), std::to_string(i));
                              --publishing;
                          });
                      for (int n = 0; n < 2; ++n)
                          s.go("numberer", [&] {
                              while (publishing > 0) {
                                  number_some(*outbox.db).value();
                                  weft::yield();
                              }
                          });
                      s.go("reader", [&] {
                          for (bool more = true; more;) {
                              more = publishing > 0;
                              if (!more) outbox.number_all();
                              const std::int64_t after = read.empty() ? 0 : read.back();
                              const auto events = outbox.db->read(
                                  [&](db::Tx& tx) { return events_after(tx, after, 1000); });
                              for (const Event& event : *events) read.push_back(event.position);
                              weft::yield();
                          }
                      });
                  });
                  REQUIRE(read.size() == publishers * events_each);
                  for (std::size_t i = 0; i < read.size(); ++i)
                      CHECK(read[i] == static_cast<std::int64_t>(i) + 1);
              }) == 0);
    }
}

TEST_CASE("events of one unit and of units one after the other keep their order") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.write([](db::Tx& tx) -> Result<void> {
            TRY(publish(tx, "thing.changed", "a", {{"name", "1"}}));
            return publish(tx, "thing.changed", "a", {{"name", "2"}});
        });
        outbox.publish("a", "3");
        outbox.number_all();
        outbox.publish("a", "4");
        outbox.number_all();
        std::string names;
        for (const Event& event : outbox.write([](db::Tx& tx) { return events_after(tx, 0, 10); }))
            names += name_of(event);
        CHECK(names == "1234");
    });
}

}  // namespace cohort::events
