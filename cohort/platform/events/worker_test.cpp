// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/events/worker.h"

#include <stdexcept>

#include "cohort/platform/events/test_events.h"

namespace cohort::events {

namespace {

// No pauses between tries: what failed is due at once.
constexpr WorkerOptions at_once{.tries = 3, .pause_base = std::chrono::milliseconds(0)};

Worker worker_of(TestOutbox& outbox, const Subscriber& subscriber, const char* holder = "here",
                 const WorkerOptions& options = at_once) {
    outbox.number_all();
    outbox.write([&](db::Tx& tx) { return enter(tx, subscriber.name, subscriber.topic); });
    return {*outbox.db, subscriber, options, holder, 7};
}

// Until there is nothing more, or somebody else has the lease.
Worker::Turn work_off(Worker& worker) {
    for (;;) {
        const auto turned = worker.turn().value();
        if (turned != Worker::Turn::worked) return turned;
    }
}

// Fails at events of this name until they were tried so often.
Subscriber failing_at(const std::string& name, const int& times) {
    Subscriber subscriber = follower();
    subscriber.act = [name, &times](db::Tx& tx, const Event& event) -> Result<void> {
        TRY(note(tx, "follower", event));
        const auto tried =
            TRY(tx.one("SELECT tries FROM event_inbox WHERE position = ?", event.position));
        if (name_of(event) == name && tried.get<int>(0) < times)
            return refused("not-now", "Not now.");
        return {};
    };
    return subscriber;
}

constexpr int once = 1;
constexpr int twice = 2;
constexpr int always = 1000;

}  // namespace

TEST_CASE("each subscriber acts on every event of its topic once, and on no other") {
    in_both_stores([](TestOutbox& outbox) {
        for (int i = 0; i < 120; ++i) {
            outbox.publish("a", std::to_string(i));
            outbox.publish("a", "other", "other.changed");
        }
        Worker worker = worker_of(outbox, follower());
        Worker second = worker_of(outbox, follower("second"));
        CHECK(work_off(worker) == Worker::Turn::idle);
        CHECK(work_off(second) == Worker::Turn::idle);
        for (const std::string who : {"follower", "second"}) {
            CHECK(outbox.rows("effect WHERE who = '" + who + "'") == 120);
            CHECK(outbox.number("SELECT count(DISTINCT name) FROM effect WHERE who = '" + who +
                                "' AND name <> 'other'") == 120);
        }
        CHECK(outbox.rows("event_subscriber WHERE position = 240") == 2);
    });
}

TEST_CASE("an event that is delivered again, from a position set back, has no second effect") {
    in_both_stores([](TestOutbox& outbox) {
        for (int i = 0; i < 10; ++i) outbox.publish("a", std::to_string(i));
        Worker worker = worker_of(outbox, follower());
        work_off(worker);
        outbox.write([](db::Tx& tx) { return tx.run("UPDATE event_subscriber SET position = 3"); });
        work_off(worker);
        CHECK(outbox.acted() == "0 1 2 3 4 5 6 7 8 9 ");
        CHECK(outbox.rows("event_subscriber WHERE position = 10") == 1);
    });
}

TEST_CASE("a failure holds up only later events of its key, which follow in their order") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "a1");
        outbox.publish("a", "a2");
        outbox.publish("b", "b1");
        outbox.publish("a", "a3");
        Worker worker = worker_of(outbox, failing_at("a1", twice));
        work_off(worker);
        CHECK(outbox.acted() == "b1 a1 a2 a3 ");
        CHECK(outbox.rows("event_inbox WHERE state = 'done'") == 4);
    });
}

TEST_CASE("what a failed try wrote is gone") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        Worker worker = worker_of(outbox, failing_at("bad", always));
        work_off(worker);
        CHECK(outbox.acted().empty());
    });
}

TEST_CASE("after its last try an event is dead with the reason, and its key goes on") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        outbox.publish("a", "good");
        Worker worker = worker_of(outbox, failing_at("bad", always));
        work_off(worker);
        CHECK(outbox.acted() == "good ");
        const auto dead = outbox.write([](db::Tx& tx) { return dead_events(tx, 10); });
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].subscriber == "follower");
        CHECK(dead[0].event.position == 1);
        CHECK(name_of(dead[0].event) == "bad");
        CHECK(dead[0].tries == 3);
        CHECK(dead[0].code == "not-now");
        CHECK(dead[0].reason == "Not now.");
    });
}

TEST_CASE("a dead event that is driven again is tried as if it were new, and is done once") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        outbox.publish("b", "bad");
        int times = always;
        Worker worker = worker_of(outbox, failing_at("bad", times));
        work_off(worker);
        CHECK(outbox.rows("event_inbox WHERE state = 'dead'") == 2);
        const auto drive = [&](std::optional<std::int64_t> which) {
            return outbox.write([&](db::Tx& tx) { return redrive(tx, "follower", which); });
        };
        CHECK(drive(1) == 1);
        work_off(worker);
        CHECK(outbox.rows("event_inbox WHERE state = 'dead' AND tries = 3") == 2);
        times = 1;
        CHECK(drive(1) == 1);
        CHECK(drive(1) == 0);
        work_off(worker);
        CHECK(outbox.rows("effect") == 1);
        CHECK(drive(std::nullopt) == 1);
        work_off(worker);
        CHECK(drive(std::nullopt) == 0);
        CHECK(outbox.rows("effect") == 2);
        CHECK(outbox.rows("event_inbox WHERE state = 'done' AND code IS NULL") == 2);
    });
}

TEST_CASE("a subscriber that throws has failed, and its text is shown to nobody") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        Subscriber throws = follower();
        throws.act = [](db::Tx&, const Event&) -> Result<void> {
            throw std::runtime_error("patient 17");
        };
        Worker worker = worker_of(outbox, throws);
        work_off(worker);
        const auto dead = outbox.write([](db::Tx& tx) { return dead_events(tx, 10); });
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].code == "subscriber-threw");
        CHECK(dead[0].reason.find("17") == std::string::npos);
    });
}

TEST_CASE("while one process has the lease another does nothing, and takes over what it leaves") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "1");
        Worker here = worker_of(outbox, follower(), "here");
        Worker there = worker_of(outbox, follower(), "there");
        CHECK(work_off(here) == Worker::Turn::idle);
        outbox.publish("a", "2");
        outbox.number_all();
        CHECK(work_off(there) == Worker::Turn::elsewhere);
        CHECK(outbox.acted() == "1 ");
        // Killed: it is over when its lease is.
        outbox.write([](db::Tx& tx) { return tx.run("UPDATE lease SET held_until = 0"); });
        CHECK(work_off(there) == Worker::Turn::idle);
        CHECK(outbox.acted() == "1 2 ");
        CHECK(outbox.number("SELECT max(fence) FROM lease") == 2);
        // Orderly: it need not be waited for.
        there.leave();
        outbox.publish("a", "3");
        outbox.number_all();
        CHECK(work_off(here) == Worker::Turn::idle);
        CHECK(outbox.acted() == "1 2 3 ");
    });
}

TEST_CASE("who takes the lease does nothing before it has looked again") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "1");
        Worker here = worker_of(outbox, follower(), "here");
        Worker there = worker_of(outbox, follower(), "there");
        for (Worker* worker : {&here, &there}) {
            const auto before = outbox.rows("effect");
            CHECK(worker->turn().value() == Worker::Turn::worked);
            CHECK(outbox.rows("effect") == before);
            CHECK(worker->turn().value() == Worker::Turn::worked);
            CHECK(outbox.rows("effect") == before + 1);
            worker->leave();
            outbox.publish("a", "2");
            outbox.number_all();
        }
    });
}

TEST_CASE("of what it is not told of yet a subscriber does nothing") {
    in_both_stores([](TestOutbox& outbox) {
        for (int i = 1; i <= 5; ++i) outbox.publish("a", std::to_string(i));
        Worker worker = worker_of(outbox, follower());
        while (worker.turn(3).value() == Worker::Turn::worked) {
        }
        CHECK(outbox.acted() == "1 2 3 ");
        work_off(worker);
        CHECK(outbox.acted() == "1 2 3 4 5 ");
    });
}

TEST_CASE("progress says how many events each subscriber is behind, waits for and gave up") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        outbox.publish("a", "waits");
        Worker worker =
            worker_of(outbox, failing_at("bad", once), "here",
                      {.pause_base = std::chrono::hours(1), .pause_cap = std::chrono::hours(1)});
        work_off(worker);
        outbox.publish("b", "new");
        outbox.number_all();
        auto seen = outbox.write(progress);
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].subscriber == "follower");
        CHECK(seen[0].behind == 1);
        CHECK(seen[0].waiting == 2);
        CHECK(seen[0].dead == 0);
        CHECK(seen[0].oldest.has_value());
        outbox.write([](db::Tx& tx) {
            return tx.run("UPDATE event_inbox SET state = 'dead' WHERE position = 1");
        });
        work_off(worker);
        seen = outbox.write(progress);
        CHECK(seen[0].behind == 0);
        CHECK(seen[0].waiting == 0);
        CHECK(seen[0].dead == 1);
        CHECK_FALSE(seen[0].oldest.has_value());
    });
}

TEST_CASE("events are removed when they are old and every subscriber is past them, the dead stay") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "bad");
        for (int i = 0; i < 5; ++i) outbox.publish("b", std::to_string(i));
        Worker worker = worker_of(outbox, failing_at("bad", always));
        Worker slow = worker_of(outbox, follower("slow"));
        work_off(worker);
        const auto removed = [&](std::chrono::milliseconds kept) {
            return trim(*outbox.db, kept, 100).value();
        };
        outbox.write([](db::Tx& tx) { return tx.run("UPDATE event SET at = at - 3600000"); });
        CHECK(removed(std::chrono::milliseconds(1000)) == 0);  // `slow` has taken none
        work_off(slow);
        CHECK(removed(std::chrono::hours(2)) == 0);
        CHECK(removed(std::chrono::minutes(30)) == 5);
        CHECK(outbox.rows("event") == 1);
        CHECK(outbox.rows("event_inbox") == 2);
        // What comes later has the next position, as if nothing had been removed.
        outbox.publish("b", "next");
        work_off(worker);
        CHECK(outbox.number("SELECT max(position) FROM event") == 1);
        outbox.number_all();
        CHECK(outbox.number("SELECT max(position) FROM event") == 7);
        work_off(worker);
        CHECK(outbox.acted() == "0 1 2 3 4 next ");
    });
}

TEST_CASE("a subscriber that no server has any more is forgotten and holds nothing up") {
    in_both_stores([](TestOutbox& outbox) {
        outbox.publish("a", "1");
        Worker worker = worker_of(outbox, follower());
        Worker gone = worker_of(outbox, follower("gone"));
        work_off(worker);
        outbox.write([](db::Tx& tx) -> Result<void> {
            TRY(tx.run("UPDATE event SET at = at - 3600000"));
            TRY(tx.run(
                "UPDATE event_subscriber SET seen_at = seen_at - 3600000 WHERE name = 'gone'"));
            return {};
        });
        CHECK(trim(*outbox.db, std::chrono::minutes(30), 100).value() == 0);
        CHECK(outbox.rows("event_subscriber") == 1);
        CHECK(trim(*outbox.db, std::chrono::minutes(30), 100).value() == 1);
    });
}

}  // namespace cohort::events
