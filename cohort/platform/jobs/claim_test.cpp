// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/claim.h"

#include <set>

#include "weft/scope.h"
#include "weft/sim.h"
#include "weft/time.h"

#include "cohort/platform/jobs/test_jobs.h"

namespace cohort::jobs {

using namespace std::chrono_literals;

namespace {

NewJob at_site(const std::string& site) {
    return {.kind = "report", .site = SiteId{site}};
}

// Counts how often an item's effect is in the store.
void make_effects(TestLedger& ledger) {
    ledger.write(
        [](db::Tx& tx) -> Result<void> { return tx.script("CREATE TABLE effect (item BIGINT)"); });
}
Verdict with_effect(std::int64_t number) {
    return {.effects = [number](db::Tx& tx) {
        return tx.put("INSERT INTO effect (item) VALUES (?)", number);
    }};
}

}  // namespace

TEST_CASE("an item is given to one worker only") {
    in_both_stores([](TestLedger& ledger) {
        ledger.start(60);
        for (const char* name : {"a", "b", "c"}) ledger.enter_as(name);
        std::vector<std::vector<Claimed>> got(3);
        weft::scope([&](weft::Scope& s) {
            for (std::size_t i = 0; i < 3; ++i)
                s.go([&, i] { got[i] = ledger.take(std::string(1, "abc"[i]), 25); });
        });
        std::set<std::int64_t> numbers;
        std::size_t all = 0;
        for (const auto& items : got) {
            all += items.size();
            for (const Claimed& item : items) numbers.insert(item.number);
        }
        CHECK(all == 60);
        CHECK(numbers.size() == 60);
    });
}

TEST_CASE("a worker whose items were taken back can finish none of them, effects included") {
    in_both_stores([](TestLedger& ledger) {
        make_effects(ledger);
        const JobId job = ledger.start(1);
        ledger.enter_as("late");
        const Claimed old = ledger.take("late", 1).at(0);
        CHECK(ledger.write([](db::Tx& tx) { return take_back(tx, "late", Leave::crashed); }) == 1);
        CHECK(ledger.finish("late", old, with_effect(1)) == 0);
        CHECK(ledger.counts(job) == Counts{.total = 1, .pending = 1});
        ledger.enter_as("next");
        const Claimed fresh = ledger.take("next", 1).at(0);
        CHECK(fresh.fence == old.fence + 1);
        CHECK(fresh.attempts == 2);
        CHECK(ledger.finish("late", old, with_effect(1)) == 0);
        const Hold stale{"next", old.job, old.number, old.fence};
        CHECK(ledger.outcome([&](db::Tx& tx) { return save_checkpoint(tx, stale, "1"); }) ==
              "item-lost");
        CHECK(ledger.outcome([&](db::Tx& tx) { return mark_sent(tx, stale); }) == "item-lost");
        CHECK(ledger.outcome([&](db::Tx& tx) { return begin_step(tx, stale, "s"); }) ==
              "item-lost");
        CHECK(ledger.finish("next", fresh, with_effect(1)) == 1);
        CHECK(ledger.finish("next", fresh, with_effect(1)) == 0);
        CHECK(ledger.number("SELECT count(*) FROM effect") == 1);
        CHECK(ledger.state(job) == "succeeded");
    });
}

TEST_CASE("a worker lives as long as it renews, by the clock of the store") {
    CHECK(weft::sim::run(1, [] {
              TestLedger ledger;
              ledger.enter_as("a");
              const auto dead = [&] {
                  return ledger.write([](db::Tx& tx) { return dead_workers(tx, "me", false); });
              };
              for (int i = 0; i < 20; ++i) {
                  weft::sleep(lease - 1ms);
                  CHECK(dead().empty());
                  CHECK(ledger.write([](db::Tx& tx) { return renew(tx, "a", lease); }));
              }
              weft::sleep(lease);
              CHECK(dead() == std::vector<std::string>{"a"});
              ledger.write([](db::Tx& tx) { return take_back(tx, "a", Leave::crashed); });
              CHECK_FALSE(ledger.write([](db::Tx& tx) { return renew(tx, "a", lease); }));
              CHECK(ledger.outcome([](db::Tx& tx) {
                  return claim(tx, "a", {{.kind = "report", .slots = 1}}, 1);
              }) == "worker-lost");
          }) == 0);
}

TEST_CASE("where only one process can be, all other workers are dead") {
    in_both_stores([](TestLedger& ledger) {
        ledger.enter_as("before");
        ledger.enter_as("now");
        CHECK(ledger.write([](db::Tx& tx) { return dead_workers(tx, "now", false); }).empty());
        CHECK(ledger.write([](db::Tx& tx) { return dead_workers(tx, "now", true); }) ==
              std::vector<std::string>{"before"});
    });
}

TEST_CASE("an item with which the process ended three times is not tried again by itself") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        for (const char* epoch : {"a", "b", "c"}) {
            CHECK(ledger.state(job) != "failed");
            ledger.enter_as(epoch);
            CHECK(ledger.take(epoch, 1).size() == 1);
            ledger.write([&](db::Tx& tx) { return take_back(tx, epoch, Leave::crashed); });
        }
        CHECK(ledger.state(job) == "failed");
        const auto dead = ledger.write(
            [&](db::Tx& tx) { return jobs::items(tx, job, {.state = ItemState::failed}, 9); });
        CHECK(dead.at(0).code == "poison");
        // Driven again it has three lives again.
        ledger.write([&](db::Tx& tx) { return redrive(tx, job, {.state = ItemState::failed}); });
        ledger.enter_as("d");
        CHECK(ledger.take("d", 1).at(0).attempts == 1);
        ledger.write([](db::Tx& tx) { return take_back(tx, "d", Leave::crashed); });
        CHECK(ledger.counts(job).pending == 1);
    });
}

TEST_CASE("a worker that leaves in order costs its items nothing") {
    in_both_stores([](TestLedger& ledger) {
        ledger.start(1);
        for (const char* epoch : {"a", "b", "c", "d"}) {
            ledger.enter_as(epoch);
            CHECK(ledger.take(epoch, 1).at(0).attempts == 1);
            ledger.write([&](db::Tx& tx) { return take_back(tx, epoch, Leave::orderly); });
        }
        CHECK(ledger.number("SELECT count(*) FROM job_worker") == 0);
    });
}

TEST_CASE(
    "what may have been sent is unknown after a crash, and is asked about instead of repeated") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(2);
        ledger.enter_as("a");
        const auto items_of_a = ledger.take("a", 2);
        const Hold hold{"a", job, items_of_a[0].number, items_of_a[0].fence};
        ledger.write([&](db::Tx& tx) { return mark_sent(tx, hold); });
        ledger.write([](db::Tx& tx) { return take_back(tx, "a", Leave::crashed); });
        CHECK(ledger.counts(job) == Counts{.total = 2, .pending = 1, .unknown = 1});
        ledger.enter_as("b");
        const auto again = ledger.take("b", 2);
        REQUIRE(again.size() == 2);
        CHECK(again[0].may_be_sent);
        CHECK(again[0].attempts == 1);
        CHECK(again[0].asks == 1);
        CHECK_FALSE(again[1].may_be_sent);
        CHECK(ledger.counts(job) == Counts{.total = 2, .in_flight = 2});
        // Nobody could say: it waits until somebody does, and the job does not wait for that.
        ledger.finish("b", again[0], {.to = ItemState::unknown, .code = "outcome-unknown"});
        ledger.finish("b", again[1]);
        CHECK(ledger.state(job) == "succeeded_with_failures");
        CHECK(ledger.counts(job) == Counts{.total = 2, .done = 1, .unknown = 1});
        CHECK(ledger.write([&](db::Tx& tx) {
            return redrive(tx, job, {.state = ItemState::unknown});
        }) == 1);
        const auto once_more = ledger.take("b", 2);
        REQUIRE(once_more.size() == 1);
        CHECK_FALSE(once_more[0].may_be_sent);
    });
}

TEST_CASE("a job does not end while something unknown will be asked about") {
    CHECK(weft::sim::run(1, [] {
              TestLedger ledger;
              const JobId job = ledger.start(1);
              ledger.enter_as("a");
              ledger.finish("a", ledger.take("a", 1).at(0),
                            {.to = ItemState::unknown, .wait = 1min});
              CHECK(ledger.state(job) == "running");
              CHECK(ledger.take("a", 1).empty());
              weft::sleep(1min);
              const Claimed asked = ledger.take("a", 1).at(0);
              CHECK(asked.may_be_sent);
              ledger.finish("a", asked);
              CHECK(ledger.state(job) == "succeeded");
              CHECK(ledger.wrong_counters() == 0);
          }) == 0);
}

TEST_CASE("an item waits as long as its verdict says, and the job behind it does not") {
    CHECK(weft::sim::run(1, [] {
              TestLedger ledger;
              const JobId slow = ledger.start(1);
              ledger.enter_as("a");
              ledger.finish("a", ledger.take("a", 1).at(0),
                            {.to = ItemState::pending, .wait = 10s});
              const JobId next = ledger.start(1);
              CHECK(ledger.take("a", 9).at(0).job == next);
              weft::sleep(10s - 1ms);
              CHECK(ledger.take("a", 9).empty());
              weft::sleep(1ms);
              const Claimed again = ledger.take("a", 9).at(0);
              CHECK(again.job == slow);
              CHECK(again.attempts == 2);
              ledger.finish("a", again, {.to = ItemState::pending, .wait = 0ms, .counts = false});
              CHECK(ledger.take("a", 9).at(0).attempts == 2);
          }) == 0);
}

TEST_CASE("a step's effects happen once, however often the item is tried") {
    in_both_stores([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        for (const char* epoch : {"a", "b"}) {
            ledger.enter_as(epoch);
            const Claimed item = ledger.take(epoch, 1).at(0);
            const std::string worker = epoch;
            const Hold hold{worker, job, item.number, item.fence};
            const auto begun = [&](const char* step) {
                return ledger.write([&](db::Tx& tx) { return begin_step(tx, hold, step); });
            };
            CHECK(begun("pdf") == (worker == "a"));

            CHECK(item.checkpoint == (worker == "a" ? std::optional<std::string>() : "[7]"));
            ledger.write([&](db::Tx& tx) { return save_checkpoint(tx, hold, "[7]"); });
            if (worker == "a")
                ledger.write([](db::Tx& tx) { return take_back(tx, "a", Leave::crashed); });
            else
                ledger.finish(epoch, item);
        }
        CHECK(ledger.number("SELECT count(*) FROM job_effect") == 0);  // nothing left to remember
        CHECK(ledger.state(job) == "succeeded");
    });
}

TEST_CASE("an effect that fails leaves its item where it was") {
    in_both_stores([](TestLedger& ledger) {
        make_effects(ledger);
        const JobId job = ledger.start(2);
        ledger.enter_as("a");
        const auto items = ledger.take("a", 2);
        const Verdict bad{
            .effects = [](db::Tx&) -> Result<void> { return refused("no", "It cannot be."); }};
        CHECK(ledger.outcome([&](db::Tx& tx) {
            return end(tx, "a",
                       {{job, items[0].number, items[0].fence, with_effect(1)},
                        {job, items[1].number, items[1].fence, bad}});
        }) == "no");
        CHECK(ledger.counts(job) == Counts{.total = 2, .in_flight = 2});
        CHECK(ledger.number("SELECT count(*) FROM effect") == 0);
    });
}

// --- turns ----------------------------------------------------------------------------------

TEST_CASE("sites take turns, however much one of them has waiting") {
    in_both_stores([](TestLedger& ledger) {
        const JobId large = ledger.start(50, at_site("a"));
        const JobId small = ledger.start(3, at_site("b"));
        const JobId other = ledger.start(3, at_site("c"));
        ledger.enter_as("w");
        std::string order;
        std::string after;
        for (int i = 0; i < 10; ++i) {
            const Claim one = ledger.write([&](db::Tx& tx) {
                return claim(tx, "w", {{.kind = "report", .slots = 1, .after = after}}, 1);
            });
            REQUIRE(one.items.size() == 1);
            after = one.after.at("report");
            const JobId& job = one.items[0].job;
            order += job == large ? 'a' : job == small ? 'b' : 'c';
        }
        CHECK(order == "abcabcabca");
        CHECK(ledger.counts(large).in_flight == 4);
        CHECK(ledger.counts(other).in_flight == 3);
    });
}

TEST_CASE("of many at once each site gets its share, and what one leaves goes to the others") {
    in_both_stores([](TestLedger& ledger) {
        const JobId large = ledger.start(100, at_site("a"));
        const JobId small = ledger.start(5, at_site("b"));
        const JobId middle = ledger.start(40, at_site("c"));
        ledger.enter_as("w");
        CHECK(ledger.take("w", 60).size() == 60);
        CHECK(ledger.counts(small).in_flight == 5);
        CHECK(ledger.counts(large).in_flight + ledger.counts(middle).in_flight == 55);
        CHECK(ledger.counts(large).in_flight >= 27);
        CHECK(ledger.counts(middle).in_flight >= 27);
    });
}

TEST_CASE("kinds share the slots, and jobs of one site take turns") {
    in_both_stores([](TestLedger& ledger) {
        ledger.start(50);
        const JobId second = ledger.start(50);
        const JobId mail = ledger.start(50, {.kind = "mail"});
        // They have waited for a second: turns are told apart by the millisecond.
        ledger.write(
            [](db::Tx& tx) { return tx.run("UPDATE job SET ready_at = ready_at - 1000"); });
        ledger.enter_as("w");
        const std::vector<Appetite> both{{.kind = "report", .slots = 9},
                                         {.kind = "mail", .slots = 9}};
        ledger.write([&](db::Tx& tx) { return claim(tx, "w", both, 6); });
        CHECK(ledger.counts(mail).in_flight == 3);
        ledger.write([&](db::Tx& tx) { return claim(tx, "w", both, 6); });
        CHECK(ledger.counts(mail).in_flight == 6);
        CHECK(ledger.counts(second).in_flight == 3);
    });
}

TEST_CASE("never are more in flight than the kind, the site or the job allows, whoever claims") {
    in_both_stores([](TestLedger& ledger) {
        const JobId a = ledger.start(20, at_site("a"));
        const JobId b = ledger.start(20, at_site("b"));
        ledger.enter_as("v");
        ledger.enter_as("w");
        const auto take = [&](const char* who, Appetite of) {
            of.kind = "report";
            of.slots = 50;
            return ledger.write([&](db::Tx& tx) { return claim(tx, who, {of}, 50); }).items.size();
        };
        CHECK(take("v", {.most = 5}) == 5);
        CHECK(take("w", {.most = 5}) == 0);
        CHECK(take("w", {.most = 7}) == 2);
        CHECK(take("v", {.most_of_lane = 6}) == 5);
        CHECK(take("w", {.most_of_lane = 6}) == 0);
        CHECK(ledger.counts(a).in_flight == 6);
        CHECK(ledger.counts(b).in_flight == 6);
        ledger.write([&](db::Tx& tx) { return set_pace(tx, a, {.rate = {}, .most = 8}); });
        ledger.write([&](db::Tx& tx) { return set_pace(tx, b, {.rate = {}, .most = 3}); });
        CHECK(take("v", {}) == 2);
        CHECK(take("w", {}) == 0);
        ledger.write([&](db::Tx& tx) { return set_pace(tx, b, {}); });
        CHECK(take("w", {}) == 14);
    });
}

TEST_CASE("a job with a rate starts no more than that, and after a rest a second's worth at once") {
    CHECK(weft::sim::run(1, [] {
              TestLedger ledger;
              const JobId job = ledger.start(1000, {.kind = "report", .rate = 600});
              ledger.enter_as("w");
              weft::sleep(1h);
              CHECK(ledger.take("w", 100).size() == 10);
              std::size_t in_a_minute = 0;
              for (int i = 0; i < 600; ++i) {
                  weft::sleep(100ms);
                  in_a_minute += ledger.take("w", 100).size();
              }
              CHECK(in_a_minute == 600);
              CHECK(ledger.counts(job).pending == 390);
              ledger.write([&](db::Tx& tx) { return pause(tx, job); });
              const JobId slow = ledger.start(5, {.kind = "report", .rate = 1});
              CHECK(ledger.take("w", 100).size() == 1);
              weft::sleep(59s);
              CHECK(ledger.take("w", 100).empty());
              ledger.write(
                  [&](db::Tx& tx) { return set_pace(tx, slow, {.rate = 6000, .most = {}}); });
              weft::sleep(10ms);
              CHECK(ledger.take("w", 100).size() == 4);
          }) == 0);
}

}  // namespace cohort::jobs
