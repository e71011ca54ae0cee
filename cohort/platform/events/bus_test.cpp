// SPDX-License-Identifier: Apache-2.0
// Processes that are killed and started again, publishers who change their minds, effects that
// fail: whatever the order, each event has its effect once or is dead, and those of a key keep
// their order.
#include "cohort/platform/events/bus.h"

#include <atomic>
#include <map>

#include "weft/context.h"
#include "weft/sim.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "cohort/platform/events/test_events.h"
#include "tests/support/chance.h"
#include "tests/support/environment.h"

namespace cohort::events {

using namespace std::chrono_literals;

namespace {

using test::a_while;
using test::draw;
using test::one_in;

struct Totals {
    std::atomic<std::int64_t> crashes{0};
    std::atomic<std::int64_t> failures{0};
    std::atomic<std::int64_t> dead{0};
    std::atomic<std::int64_t> effects{0};
};

class Story {
  public:
    explicit Story(Totals& totals) : totals_(totals) {}

    void play() {
        outbox_.write([](db::Tx& tx) {
            return tx.script("CREATE TABLE counted (key TEXT PRIMARY KEY, count BIGINT NOT NULL)");
        });
        weft::TaskSet tasks{"story"};
        for (int i = 0; i < 2; ++i) tasks.go("process", [this] { start_and_kill(); });
        publishers_ = 3;
        for (int i = 0; i < 3; ++i) tasks.go("publisher", [this] { publish_some(); });
        while (publishers_ > 0) {
            check_no_effect_twice();
            a_while(5s);
        }
        calm_ = true;
        finish();
        tasks.cancel();
        (void)tasks.drain(24h);
    }

  private:
    // The name of an event is its key and how many of it there are, so that a gap or a turn shows.
    void publish_some() {
        for (int i = 0; i < 30; ++i) {
            const std::string key = "key " + std::to_string(draw(4));
            (void)outbox_.db->transact([&](db::Tx& tx) -> Result<void> {
                TRY(
                    tx.run("INSERT INTO counted (key, count) VALUES (?, 1) ON CONFLICT (key) DO "
                           "UPDATE SET count = counted.count + 1",
                           key));
                const auto row = TRY(tx.one("SELECT count FROM counted WHERE key = ?", key));
                TRY(publish(tx, "thing.changed", key,
                            {{"name", key + "/" + std::to_string(row.get<std::int64_t>(0))}}));
                if (one_in(5)) return refused("changed-mind", "No.");
                return {};
            });
            a_while(2s);
        }
        --publishers_;
    }

    Subscriber subscriber(const char* name) {
        return {.name = name,
                .topic = "thing.changed",
                .act = [this, name](db::Tx& tx, const Event& event) -> Result<void> {
                    TRY(note(tx, name, event));
                    const bool fails = one_in(calm_ ? 20 : 3);
                    totals_.failures += fails ? 1 : 0;
                    if (fails) return unavailable("down", "Down.");
                    return {};
                }};
    }

    void start_and_kill() {
        for (;;) {
            BusOptions options;
            options.seed = static_cast<std::uint64_t>(draw(1'000'000));
            options.work.tries = 3;
            options.drop_everything_at_end = !calm_ && !one_in(3);
            Bus bus(*outbox_.db, options);
            bus.add(subscriber("first"));
            bus.add(subscriber("second"));
            const auto lives = calm_ ? weft::Duration(24h * 365)
                                     : weft::Duration(std::chrono::milliseconds(1 + draw(20'000)));
            (void)weft::timeout(lives, [&] { bus.run(); });
            totals_.crashes += options.drop_everything_at_end ? 1 : 0;
            a_while(3s);
        }
    }

    void check_no_effect_twice() {
        CHECK(outbox_.rows("(SELECT who, name FROM effect GROUP BY who, name HAVING count(*) > 1) "
                           "AS doubled") == 0);
    }

    void finish() {
        // Until everything is done or dead; the dead are driven again until nothing is.
        for (int i = 0; open() > 0; ++i) {
            REQUIRE(i < 100'000);
            weft::sleep(1s);
        }
        check_order();
        totals_.dead += outbox_.rows("event_inbox WHERE state = 'dead'");
        for (int i = 0; outbox_.rows("event_inbox WHERE state <> 'done'") > 0 || open() > 0; ++i) {
            REQUIRE(i < 100'000);
            for (const std::string who : {"first", "second"})
                outbox_.write([&](db::Tx& tx) { return redrive(tx, who, std::nullopt); });
            weft::sleep(10s);
        }
        check_no_effect_twice();
        const auto events = outbox_.rows("event");
        CHECK(events == outbox_.number("SELECT sum(count) FROM counted"));
        CHECK(outbox_.rows("effect WHERE who = 'first'") == events);
        CHECK(outbox_.rows("effect WHERE who = 'second'") == events);
        totals_.effects += 2 * events;
    }

    std::int64_t open() {
        return outbox_.rows("event WHERE position IS NULL") +
               outbox_.rows("event_inbox WHERE state = 'waiting'") +
               outbox_.number(
                   "SELECT coalesce(sum(e.last - s.position), 0) FROM "
                   "event_subscriber s, event_end e");
    }

    // Within a key nobody was overtaken by an earlier one; the dead are missing.
    void check_order() {
        std::map<std::string, std::int64_t> last;
        const auto rows = outbox_.db->read(
            [](db::Tx& tx) { return tx.all("SELECT who, name FROM effect ORDER BY position"); });
        for (const db::Row& row : *rows) {
            const auto name = row.get<std::string>(1);
            const auto slash = name.find('/');
            const std::int64_t number = std::stoll(name.substr(slash + 1));
            auto& before = last[row.get<std::string>(0) + name.substr(0, slash)];
            CHECK(before < number);
            before = number;
        }
    }

    Totals& totals_;
    TestOutbox outbox_;
    std::atomic<int> publishers_{0};
    std::atomic<bool> calm_{false};
};

}  // namespace

TEST_CASE("whatever dies or fails, each event has its effect once and in the order of its key") {
    Totals totals;
    const auto only = test::from_environment("EVENTS_SEED", 0);
    const auto last = only != 0 ? only : test::seeds(20);
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
        INFO("EVENTS_SEED=", seed);
        CHECK(weft::sim::run(seed, [&] { Story(totals).play(); }) == 0);
    }
    MESSAGE("crashes ", totals.crashes.load(), ", failures ", totals.failures.load(), ", dead ",
            totals.dead.load(), ", effects ", totals.effects.load());
    CHECK(totals.crashes.load() > 0);
    CHECK(totals.failures.load() > 0);
    CHECK(totals.dead.load() > 0);
}

TEST_CASE("a subscriber of this process is woken by the commit, not by the time") {
    in_both_stores([](TestOutbox& outbox) {
        Bus bus(*outbox.db, {.look_every = std::chrono::hours(1)});
        weft::Event acted;
        Subscriber subscriber = follower();
        subscriber.act = [&](db::Tx&, const Event&) -> Result<void> {
            acted.set();
            return {};
        };
        bus.add(subscriber);
        weft::TaskSet tasks{"bus"};
        tasks.go("bus", [&] { bus.run(); });
        while (outbox.rows("event_subscriber") == 0) weft::yield();
        outbox.publish("a", "1");
        acted.wait();
    });
}

TEST_CASE(
    "two processes on one PostgreSQL share the events, and when one is gone the other goes on") {
    CHECK(weft::run([] {
              TestOutbox outbox(In::postgresql);
              const auto other = db::Db::open(outbox.options).value();
              const BusOptions options{
                  .work = {.lease = 200ms}, .look_every = 20ms, .drop_everything_at_end = true};
              Bus first(*outbox.db, options);
              Bus second(*other, options);
              for (Bus* bus : {&first, &second}) bus->add(follower());
              weft::TaskSet survivor{"second"};
              survivor.go("bus", [&] { second.run(); });
              {
                  weft::TaskSet victim{"first"};
                  victim.go("bus", [&] { first.run(); });
                  for (int i = 0; i < 100; ++i) outbox.publish(std::to_string(i % 7), "x");
                  while (outbox.rows("effect") < 50) weft::yield();
              }
              for (int i = 0; i < 100; ++i) outbox.publish(std::to_string(i % 7), "x");
              while (outbox.rows("effect") < 200) weft::yield();
              CHECK(outbox.rows("event_inbox WHERE state = 'done'") == 200);
              CHECK(outbox.rows("effect") == 200);
          }) == 0);
}

}  // namespace cohort::events
