// SPDX-License-Identifier: Apache-2.0
// Processes that are killed and started again, people who pause, cancel, resume and drive again,
// and a receiver outside that forgets nothing: whatever the order, the counters fit the rows at
// every read, an item's effect is there once when it is done and not at all when it is not, and
// nothing is sent twice unless somebody asked for that.
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "weft/context.h"
#include "weft/mutex.h"
#include "weft/sim.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "cohort/platform/jobs/engine.h"
#include "cohort/platform/jobs/test_jobs.h"
#include "tests/support/chance.h"
#include "tests/support/environment.h"

namespace cohort::jobs {

using namespace std::chrono_literals;

namespace {

using test::a_while;
using test::draw;
using test::one_in;

struct Totals {
    std::atomic<std::int64_t> crashes{0};
    std::atomic<std::int64_t> cancels{0};
    std::atomic<std::int64_t> redriven{0};
    std::atomic<std::int64_t> asked{0};
    std::atomic<std::int64_t> looks{0};
    std::map<std::string, int> ends;
};

class Story {
  public:
    explicit Story(Totals& totals) : totals_(totals) {}

    void play() {
        ledger_.write(
            [](db::Tx& tx) { return tx.script("CREATE TABLE effect (item TEXT, what TEXT)"); });
        for (int i = 0; i < 3; ++i) jobs_.push_back(start_tree());
        weft::TaskSet tasks{"story"};
        for (int i = 0; i < 2; ++i) tasks.go("process", [this] { start_and_kill(); });
        people_ = 2;
        for (int i = 0; i < 2; ++i) tasks.go("person", [this] { steer(); });
        for (int i = 0; i < 200; ++i) {
            look();
            a_while(1s);
        }
        calm_ = true;
        while (people_ > 0) weft::sleep(1s);
        finish();
        tasks.cancel();
        (void)tasks.drain(24h);
    }

  private:
    JobId start_tree() {
        const JobId whole = ledger_.start(draw(4), {.kind = "push", .open = true});
        for (std::int64_t part = 0; part < 2; ++part) {
            NewJob wish{.kind = part == 0 ? "push" : "report",
                        .site = SiteId{"site " + std::to_string(draw(3))},
                        .parent = whole};
            if (one_in(3)) wish.most = 1 + draw(3);
            if (one_in(3)) wish.rate = 60 + draw(600);
            parts_.push_back(ledger_.start(1 + draw(12), wish));
        }
        ledger_.write([&](db::Tx& tx) { return seal(tx, whole); });
        return whole;
    }

    // --- the work -------------------------------------------------------------------------

    Effects effect(const Work& work, const char* what) {
        return [key = work.key(), what](db::Tx& tx) {
            return tx.put("INSERT INTO effect (item, what) VALUES (?, ?)", key, what);
        };
    }

    Result<Outcome> report(Work& work) {
        TRY(work.step("first", effect(work, "first")));
        a_while(3s);
        if (one_in(6)) return unavailable("down", "Down.");
        if (one_in(12)) return invalid("bad", "Bad.");
        if (one_in(12)) return snoozed(5s);
        if (one_in(12)) return skipped("none", "Nothing to do.", effect(work, "skip"));
        return done(effect(work, "done"));
    }

    Result<Outcome> push(Work& work) {
        a_while(1s);
        TRY(work.sending());
        a_while(1s);
        if (one_in(8)) return unavailable("cut-off", "The connection was lost before.");
        if (!receive(work.key())) ++twice_;
        a_while(1s);
        if (one_in(8)) return unavailable("cut-off", "The connection was lost after.");
        return done(effect(work, "done"));
    }

    Result<Outcome> ask(Work& work) {
        ++totals_.asked;
        a_while(1s);
        if (one_in(5)) return unavailable("down", "It does not answer.");
        if (has_received(work.key())) return done(effect(work, "done"));
        return not_sent();
    }

    bool receive(const std::string& key) {
        const std::lock_guard lock(mutex_);
        return received_.insert(key).second;
    }
    bool has_received(const std::string& key) {
        const std::lock_guard lock(mutex_);
        return received_.contains(key);
    }

    // --- processes ------------------------------------------------------------------------

    void start_and_kill() {
        for (;;) {
            EngineOptions options;
            options.slots = 1 + draw(6);
            options.seed = static_cast<std::uint64_t>(draw(1'000'000));
            options.drop_everything_at_end = !calm_ && !one_in(3);
            Engine engine(*ledger_.db, options);
            Kind with_report{.name = "report", .run = [this](Work& work) { return report(work); }};
            Kind with_push{.name = "push",
                           .run = [this](Work& work) { return push(work); },
                           .ask = [this](Work& work) { return ask(work); }};
            with_report.most_of_site = 2;
            with_push.most = 4;
            engine.add(with_report);
            engine.add(with_push);
            const auto lives = calm_ ? weft::Duration(24h * 365)
                                     : weft::Duration(std::chrono::seconds(1 + draw(60)));
            (void)weft::timeout(lives, [&] { engine.run(); });
            totals_.crashes += options.drop_everything_at_end ? 1 : 0;
            a_while(5s);
        }
    }

    // --- people ---------------------------------------------------------------------------

    void steer() {
        while (!calm_) {
            const auto& all = one_in(2) ? jobs_ : parts_;
            const JobId job = all[static_cast<std::size_t>(draw(all.size()))];
            (void)ledger_.db->transact([&](db::Tx& tx) { return steer_one(tx, job, draw(8)); });
            a_while(20s);
        }
        --people_;
    }

    Result<void> steer_one(db::Tx& tx, const JobId& job, std::int64_t what) {
        switch (what) {
            case 0:
                return pause(tx, job);
            case 1:
                ++totals_.cancels;
                return cancel(tx, job, "ann");
            case 2:
                totals_.redriven += TRY(redrive(tx, job, {.state = ItemState::failed}));
                return {};
            case 3:
                return set_pace(tx, job, {.rate = 120, .most = 2});
            case 4:
                return set_pace(tx, job, {});
            default:
                return resume(tx, job);
        }
    }

    // --- what must hold -------------------------------------------------------------------

    void look() {
        ++totals_.looks;
        CHECK(ledger_.wrong_counters() == 0);
        CHECK(ledger_.number("SELECT count(*) FROM job WHERE ended = 'succeeded' AND "
                             "(pending > 0 OR in_flight > 0 OR failed > 0 OR unknown > 0)") == 0);
        CHECK(ledger_.number("SELECT count(*) FROM job WHERE ended IS NOT NULL AND "
                             "(pending > 0 OR in_flight > 0 OR children > 0)") == 0);
    }

    void finish() {
        for (const auto* all : {&jobs_, &parts_})
            for (const JobId& job : *all)
                (void)ledger_.db->transact([&](db::Tx& tx) -> Result<void> {
                    TRY(resume(tx, job));
                    return set_pace(tx, job, {});
                });
        for (int i = 0; ledger_.number("SELECT count(*) FROM job WHERE ended IS NULL") > 0; ++i) {
            REQUIRE(i < 100'000);
            look();
            weft::sleep(10s);
        }
        look();
        for (const auto* all : {&jobs_, &parts_})
            for (const JobId& job : *all) ++totals_.ends[ledger_.state(job)];
        const std::string effects_of =
            "(SELECT count(*) FROM effect e WHERE e.item = i.job || '/' "
            "|| i.number AND e.what = ";
        CHECK(ledger_.number("SELECT count(*) FROM job_item_past i WHERE " + effects_of +
                             "'done') <> 1") == 0);
        CHECK(ledger_.number("SELECT count(*) FROM job_item i WHERE " + effects_of +
                             "'done') <> 0") == 0);
        CHECK(ledger_.number("SELECT count(*) FROM (SELECT item, what FROM effect GROUP BY item, "
                             "what HAVING count(*) > 1) AS doubled") == 0);
        CHECK(twice_.load() == 0);
    }

    Totals& totals_;
    TestLedger ledger_;
    std::vector<JobId> jobs_;
    std::vector<JobId> parts_;
    weft::Mutex mutex_{"receiver"};
    std::set<std::string> received_;  // guarded by mutex_
    std::atomic<int> twice_{0};
    std::atomic<int> people_{0};
    std::atomic<bool> calm_{false};
};

}  // namespace

TEST_CASE("whatever dies and whoever steers, all work adds up and nothing happens twice") {
    Totals totals;
    const auto only = test::from_environment("JOBS_SEED", 0);
    const auto last = only != 0 ? only : test::seeds(10);
    for (std::uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
        INFO("JOBS_SEED=", seed);
        CHECK(weft::sim::run(seed, [&] { Story(totals).play(); }) == 0);
    }
    MESSAGE("looks ", totals.looks.load(), ", crashes ", totals.crashes.load(), ", cancels ",
            totals.cancels.load(), ", driven again ", totals.redriven.load(), ", asked ",
            totals.asked.load());
    for (const auto& [end, count] : totals.ends) MESSAGE(end, " ", count);
    CHECK(totals.crashes.load() > 0);
    CHECK(totals.asked.load() > 0);
    CHECK(totals.redriven.load() > 0);
    CHECK(totals.ends["succeeded"] > 0);
}

}  // namespace cohort::jobs
