// SPDX-License-Identifier: Apache-2.0
// A real NATS server between store and subscribers, killed with -9 and wiped while events are under
// way: nothing is lost, and no effect is there twice. NATS_KILLS lengthens a run.
#include "cohort/platform/events/nats.h"

#include <atomic>

#include "weft/scope.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "cohort/platform/events/test_events.h"
#include "tests/support/certificate.h"
#include "tests/support/environment.h"
#include "tests/support/nats.h"

namespace cohort::events {

using namespace std::chrono_literals;

namespace {

BusOptions through(const test::NatsServer& nats) {
    BusOptions options;
    options.work.lease = 300ms;
    options.look_every = 20ms;
    options.nats = NatsOptions{.url = nats.url()};
    options.refill_after = 300ms;
    return options;
}

void wait_for_effects(TestOutbox& outbox, std::int64_t effects) {
    while (outbox.rows("effect") < effects) weft::yield();
    outbox.number_all();
    CHECK(outbox.rows("effect") == effects);
    CHECK(outbox.rows("event_inbox WHERE state = 'done'") == effects);
    CHECK(outbox.number("SELECT count(DISTINCT name) FROM effect") == effects);
}

// Everything that is in the stream for this consumer: the highest position of each hearing.
std::vector<std::int64_t> all_heard(NatsFeed& feed) {
    std::vector<std::int64_t> heard;
    for (;;) {
        const auto position = feed.hear(200ms).value();
        if (position == 0) return heard;
        heard.push_back(position);
        feed.acknowledge();
    }
}

std::vector<Event> published(TestOutbox& outbox, int count) {
    for (int i = 0; i < count; ++i) outbox.publish("a", std::to_string(i));
    outbox.number_all();
    return outbox.write([](db::Tx& tx) { return events_after(tx, 0, 1000); });
}

}  // namespace

TEST_CASE("an event that is put into NATS again is told once, and what is declined is told again") {
    CHECK(weft::run([] {
              test::NatsServer nats;
              TestOutbox outbox;
              const auto events = published(outbox, 3);
              const NatsOptions options{.url = nats.url()};
              NatsPublisher publisher(options);
              NatsFeed feed(options, "follower", "thing.changed");
              NatsFeed other(options, "other", "other.changed");
              for (int i = 0; i < 3; ++i) REQUIRE(publisher.put(events).ok());
              std::int64_t highest = 0;
              while (highest < 3) highest = std::max(highest, feed.hear(1s).value());
              feed.decline();
              CHECK(feed.hear(5s).value() > 0);
              feed.decline();
              CHECK(all_heard(feed).back() == 3);
              CHECK(feed.hear(100ms).value() == 0);
              CHECK(all_heard(other).empty());
          }) == 0);
}

TEST_CASE("NATS that is away is an error, and what comes back empty is made again") {
    CHECK(weft::run([] {
              test::NatsServer nats;
              TestOutbox outbox;
              const auto events = published(outbox, 2);
              const NatsOptions options{.url = nats.url()};
              NatsPublisher publisher(options);
              NatsFeed feed(options, "follower", "thing.changed");
              REQUIRE(publisher.put(events).ok());
              CHECK(feed.hear(1s).value() > 0);
              nats.kill();
              nats.wipe();
              CHECK(publisher.put(events).error().kind == ErrorKind::unavailable);
              CHECK(feed.hear(100ms).error().kind == ErrorKind::unavailable);
              nats.start();
              REQUIRE(publisher.put(events).ok());
              CHECK(feed.hear(2s).value() > 0);
          }) == 0);
}

TEST_CASE(
    "kill -9 of NATS under load, with its store wiped: no event is lost and none acts twice") {
    const auto kills = static_cast<int>(test::from_environment("NATS_KILLS", 4));
    in_both_stores([&](TestOutbox& outbox) {
        constexpr int events_a_round = 120;
        test::NatsServer nats;
        Bus bus(*outbox.db, through(nats));
        bus.add(follower());
        weft::TaskSet tasks{"bus"};
        tasks.go("bus", [&] { bus.run(); });
        for (int kill = 0; kill < kills; ++kill) {
            weft::scope([&](weft::Scope& s) {
                for (int half = 0; half < 2; ++half)
                    s.go("publisher", [&, half] {
                        for (int i = 0; i < events_a_round / 2; ++i)
                            outbox.publish(std::to_string(i % 5), std::to_string(kill) + "/" +
                                                                      std::to_string(half) + "/" +
                                                                      std::to_string(i));
                    });
                while (outbox.rows("effect") < kill * events_a_round + 20) weft::yield();
                nats.kill();
                if (kill % 2 == 0) nats.wipe();
                nats.start();
            });
        }
        wait_for_effects(outbox, std::int64_t{kills} * events_a_round);
    });
}

TEST_CASE("NATS that is wiped with nothing published since is filled again from the store") {
    CHECK(weft::run([] {
              test::NatsServer nats;
              TestOutbox outbox;
              {
                  // They are in the stream, and nobody has heard them.
                  const auto events = published(outbox, 10);
                  NatsPublisher publisher(NatsOptions{.url = nats.url()});
                  REQUIRE(publisher.put(events).ok());
              }
              nats.kill();
              nats.wipe();
              nats.start();
              Bus bus(*outbox.db, through(nats));
              bus.add(follower());
              weft::TaskSet tasks{"bus"};
              tasks.go("bus", [&] { bus.run(); });
              wait_for_effects(outbox, 10);
              CHECK(outbox.acted() == "0 1 2 3 4 5 6 7 8 9 ");
          }) == 0);
}

TEST_CASE("two processes behind one NATS act once on each event, also when one of them is gone") {
    CHECK(weft::run([] {
              test::NatsServer nats;
              TestOutbox outbox(In::postgresql);
              const auto other = db::Db::open(outbox.options).value();
              BusOptions options = through(nats);
              options.drop_everything_at_end = true;
              Bus first(*outbox.db, options);
              Bus second(*other, options);
              for (Bus* bus : {&first, &second}) bus->add(follower());
              weft::TaskSet survivor{"second"};
              survivor.go("bus", [&] { second.run(); });
              {
                  weft::TaskSet victim{"first"};
                  victim.go("bus", [&] { first.run(); });
                  for (int i = 0; i < 50; ++i) outbox.publish("a", std::to_string(i));
                  while (outbox.rows("effect") < 20) weft::yield();
              }
              for (int i = 50; i < 100; ++i) outbox.publish("a", std::to_string(i));
              wait_for_effects(outbox, 100);
          }) == 0);
}

TEST_CASE("over TLS events go through a NATS whose certificate was signed as said, and no other") {
    CHECK(weft::run([] {
              const test::TempFolder folder;
              const test::Identity own(folder, "localhost");
              const test::Identity other(folder, "other.example");
              test::NatsServer nats(own.certificate, own.key);
              test::NatsServer stranger(other.certificate, other.key);
              TestOutbox outbox;
              const auto events = published(outbox, 2);
              const auto put = [&](const std::string& url, const std::string& authority) {
                  return NatsPublisher({.url = url, .authority = authority}).put(events);
              };
              const NatsOptions options{.url = nats.url(), .authority = own.certificate};
              NatsFeed feed(options, "follower", "thing.changed");
              REQUIRE(NatsPublisher(options).put(events).ok());
              CHECK(feed.hear(5s).value() > 0);
              CHECK(put(nats.url(), other.certificate).error().kind == ErrorKind::unavailable);
              CHECK(put(nats.url(), "").error().kind == ErrorKind::unavailable);
              // Signed as said, but not for the one that was to be asked.
              CHECK(put(stranger.url(), other.certificate).error().kind == ErrorKind::unavailable);
          }) == 0);
}

}  // namespace cohort::events
