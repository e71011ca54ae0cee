// SPDX-License-Identifier: Apache-2.0
#include "cohort/platform/jobs/engine.h"

#include <atomic>
#include <set>

#include "weft/sim.h"
#include "weft/task_set.h"
#include "weft/time.h"

#include "cohort/platform/jobs/test_jobs.h"

namespace cohort::jobs {

using namespace std::chrono_literals;

namespace {

// The engine of one process, from its start to its end or crash.
class Process {
  public:
    enum class End : bool { orderly, crash };

    Process(TestLedger& ledger, const std::vector<Kind>& kinds, EngineOptions options = {},
            End end = End::orderly)
        : engine_(*ledger.db, with(options, end)) {
        for (const Kind& kind : kinds) engine_.add(kind);
        tasks_.go("engine", [this] { engine_.run(); });
    }
    Engine& engine() { return engine_; }
    void stop() {
        tasks_.cancel();
        (void)tasks_.drain(1h);
    }

  private:
    static EngineOptions with(EngineOptions options, End end) {
        options.seed = 7;
        options.drop_everything_at_end = end == End::crash;
        return options;
    }
    Engine engine_;
    weft::TaskSet tasks_{"process"};
};

// Until the job says so. In the simulator time passes at no cost.
void until(TestLedger& ledger, const JobId& job, const std::string& state) {
    while (ledger.state(job) != state) weft::sleep(10ms);
}

Kind simple(std::function<Result<Outcome>(Work&)> run) {
    return {.name = "report", .run = std::move(run)};
}

void make_effects(TestLedger& ledger) {
    ledger.write([](db::Tx& tx) { return tx.script("CREATE TABLE effect (item TEXT)"); });
}
Effects note_effect(const Work& work) {
    return [key = work.key()](db::Tx& tx) {
        return tx.put("INSERT INTO effect (item) VALUES (?)", key);
    };
}

template <class F>
void in_sim(F body, std::uint64_t seed = 1) {
    CHECK(weft::sim::run(seed, [&] {
              TestLedger ledger;
              body(ledger);
              CHECK(ledger.wrong_counters() == 0);
          }) == 0);
}

}  // namespace

TEST_CASE("every item is run once and its effect is stored once") {
    in_both_stores([](TestLedger& ledger) {
        make_effects(ledger);
        const Kind kind =
            simple([](Work& work) -> Result<Outcome> { return done(note_effect(work)); });
        const JobId job = ledger.start(500);
        Engine engine(*ledger.db, {.slots = 32});
        engine.add(kind);
        engine.run_until_idle();
        CHECK(ledger.state(job) == "succeeded");
        CHECK(ledger.number("SELECT count(*) FROM effect") == 500);
        CHECK(ledger.number("SELECT count(DISTINCT item) FROM effect") == 500);
        CHECK(ledger.number("SELECT count(*) FROM job_worker") == 0);
        CHECK(engine.status().ended == 500);
    });
}

TEST_CASE("never do more handlers run at once than there are slots") {
    in_sim([](TestLedger& ledger) {
        std::atomic<std::int64_t> running{0};
        std::atomic<std::int64_t> most{0};
        const JobId job = ledger.start(50);
        Process process(ledger, {simple([&](Work&) -> Result<Outcome> {
                            most = std::max(most.load(), ++running);
                            weft::sleep(1s);
                            --running;
                            return done();
                        })},
                        {.slots = 7});
        until(ledger, job, "succeeded");
        CHECK(most.load() == 7);
    });
}

TEST_CASE("a passing failure is tried again later each time, a permanent one is not") {
    in_sim([](TestLedger& ledger) {
        std::vector<std::int64_t> attempts;
        const JobId job = ledger.start(2);
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            if (work.number() == 2) return invalid("bad-report", "It is bad.");
                            attempts.push_back(work.attempt());
                            if (work.attempt() < 4) return unavailable("mail-down", "Down.");
                            return done();
                        })});
        until(ledger, job, "succeeded_with_failures");
        CHECK(attempts == std::vector<std::int64_t>{1, 2, 3, 4});
        const auto dead = ledger.write(
            [&](db::Tx& tx) { return items(tx, job, {.state = ItemState::failed}, 9); });
        REQUIRE(dead.size() == 1);
        CHECK(dead[0].code == "bad-report");
        CHECK(dead[0].attempts == 1);
    });
}

TEST_CASE("a failure that does not pass ends after its attempts, with the last reason") {
    in_sim([](TestLedger& ledger) {
        std::atomic<int> runs{0};
        Kind kind = simple([&](Work&) -> Result<Outcome> {
            ++runs;
            return unavailable("mail-down", "Down.");
        });
        kind.retry.attempts = 5;
        const JobId job = ledger.start(1);
        Process process(ledger, {kind});
        until(ledger, job, "failed");
        CHECK(runs.load() == 5);
        const auto dead = ledger.write(
            [&](db::Tx& tx) { return items(tx, job, {.state = ItemState::failed}, 9); });
        CHECK(dead.at(0).code == "mail-down");
    });
}

TEST_CASE("a handler that throws is a failure that passes") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        Process process(ledger, {simple([](Work& work) -> Result<Outcome> {
                            if (work.attempt() == 1) throw std::runtime_error("patient 17");
                            return done();
                        })});
        until(ledger, job, "succeeded");
    });
}

TEST_CASE("a snooze is no attempt") {
    in_sim([](TestLedger& ledger) {
        std::atomic<int> runs{0};
        const JobId job = ledger.start(1);
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            CHECK(work.attempt() == 1);
                            if (++runs < 50) return snoozed(1min);
                            return done();
                        })});
        until(ledger, job, "succeeded");
        CHECK(runs.load() == 50);
    });
}

TEST_CASE("effects that cannot be stored fail their own item and no other") {
    in_both_stores([](TestLedger& ledger) {
        make_effects(ledger);
        ledger.write(
            [](db::Tx& tx) { return tx.script("CREATE UNIQUE INDEX once ON effect (item)"); });
        const JobId job = ledger.start(20);
        Kind kind = simple([](Work& work) -> Result<Outcome> {
            const std::string key = work.number() <= 2 ? "same" : work.key();
            return done([key](db::Tx& tx) -> Result<void> {
                TRY(tx.run("INSERT INTO effect (item) VALUES (?)", key));
                return {};
            });
        });
        Engine engine(*ledger.db, {});
        engine.add(kind);
        engine.run_until_idle();
        CHECK(ledger.counts(job) == Counts{.total = 20, .done = 19, .failed = 1});
        const auto dead = ledger.write(
            [&](db::Tx& tx) { return items(tx, job, {.state = ItemState::failed}, 9); });
        CHECK(dead.at(0).code == "already-exists");
    });
}

TEST_CASE("cancelling a job ends its running handlers at once, and what they had done stays") {
    in_sim([](TestLedger& ledger) {
        make_effects(ledger);
        std::atomic<std::int64_t> running{0};
        const JobId job = ledger.start(10);
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            TRY(work.step("first", note_effect(work)));
                            if (work.number() == 1) return done();
                            ++running;
                            weft::sleep(24h);
                            return done();
                        })},
                        {.slots = 4});
        while (running < 4) weft::sleep(10ms);
        const auto began = weft::Clock::now();
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        process.engine().obey();
        until(ledger, job, "cancelled");
        CHECK(weft::Clock::now() - began <= 100ms);  // virtual: it is decided, not measured
        CHECK(ledger.counts(job) == Counts{.total = 10, .done = 1, .skipped = 9});
        CHECK(ledger.number("SELECT count(*) FROM effect") == 5);
        // Resumed it goes on where it was: no first step happens twice.
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        while (running < 8) weft::sleep(10ms);
        CHECK(ledger.number("SELECT count(*) FROM effect") == 5);
    });
}

TEST_CASE("an engine hears of a cancel elsewhere at its next renewal") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        std::atomic<bool> started{false};
        Process process(ledger, {simple([&](Work&) -> Result<Outcome> {
                            started = true;
                            weft::sleep(24h);
                            return done();
                        })});
        while (!started) weft::sleep(10ms);
        const auto began = weft::Clock::now();
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        until(ledger, job, "cancelled");
        CHECK(weft::Clock::now() - began <= lease / 3 + 10ms);
    });
}

TEST_CASE("a handler may take far longer than its lease") {
    in_sim([](TestLedger& ledger) {
        std::atomic<int> runs{0};
        const auto kind = simple([&](Work&) -> Result<Outcome> {
            ++runs;
            weft::sleep(20min);
            return done();
        });
        const JobId job = ledger.start(1);
        Process one(ledger, {kind});
        Process other(ledger, {kind});
        until(ledger, job, "succeeded");
        CHECK(runs.load() == 1);
    });
}

TEST_CASE(
    "what a killed process had in flight is done by another, and its steps are not repeated") {
    in_sim([](TestLedger& ledger) {
        make_effects(ledger);
        const JobId job = ledger.start(6);
        std::atomic<int> begun{0};
        std::atomic<bool> is_first{true};
        const auto kind = simple([&](Work& work) -> Result<Outcome> {
            TRY(work.step("first", note_effect(work)));
            if (is_first) {
                ++begun;
                weft::sleep(24h);
            }
            return done();
        });
        auto first = std::make_unique<Process>(ledger, std::vector{kind}, EngineOptions{.slots = 3},
                                               Process::End::crash);
        while (begun < 3) weft::sleep(10ms);
        first->stop();
        first.reset();
        is_first = false;
        CHECK(ledger.counts(job) == Counts{.total = 6, .in_flight = 3, .pending = 3});
        Process second(ledger, {kind});
        until(ledger, job, "succeeded");
        CHECK(second.engine().status().taken_over == 3);
        CHECK(ledger.number("SELECT count(*) FROM effect") == 6);
    });
}

TEST_CASE("where no other process can be, what a killed one left is taken over at the start") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        std::atomic<bool> is_first{true};
        std::atomic<bool> begun{false};
        const auto kind = simple([&](Work&) -> Result<Outcome> {
            begun = true;
            if (is_first) weft::sleep(24h);
            return done();
        });
        {
            Process first(ledger, {kind}, {}, Process::End::crash);
            while (!begun) weft::sleep(10ms);
            first.stop();
        }
        is_first = false;
        const auto began = weft::Clock::now();
        Process second(ledger, {kind}, {.alone = true});
        until(ledger, job, "succeeded");
        CHECK(weft::Clock::now() - began < 1s);
    });
}

TEST_CASE("an engine that ends in order gives its items back unharmed") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(4);
        std::atomic<int> begun{0};
        const auto kind = simple([&](Work& work) -> Result<Outcome> {
            CHECK(work.attempt() == 1);
            ++begun;
            weft::sleep(24h);
            return done();
        });
        for (int i = 1; i <= 5; ++i) {
            Process process(ledger, {kind});
            while (begun < 4 * i) weft::sleep(10ms);
            process.stop();
            CHECK(ledger.counts(job) == Counts{.total = 4, .pending = 4});
        }
    });
}

TEST_CASE("drained, an engine finishes what runs and takes nothing new") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(10);
        Process process(ledger, {simple([&](Work&) -> Result<Outcome> {
                            weft::sleep(1min);
                            return done();
                        })},
                        {.slots = 3});
        while (ledger.counts(job).in_flight < 3) weft::sleep(10ms);
        CHECK_FALSE(process.engine().drain(1s).ok());
        CHECK(process.engine().drain(1h).ok());
        CHECK(ledger.counts(job) == Counts{.total = 10, .done = 3, .pending = 7});
    });
}

TEST_CASE(
    "an engine whose lease was lost finishes nothing with it and works on under another name") {
    in_sim([](TestLedger& ledger) {
        make_effects(ledger);
        const JobId job = ledger.start(1);
        std::atomic<int> runs{0};
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            ++runs;
                            weft::sleep(runs == 1 ? 24h : 1s);
                            return done(note_effect(work));
                        })});
        while (runs == 0) weft::sleep(10ms);
        // As another process would, which saw the lease run out.
        const std::string epoch =
            ledger.db
                ->read([](db::Tx& tx) -> Result<std::string> {
                    return TRY(tx.one("SELECT epoch FROM job_worker")).get<std::string>(0);
                })
                .value();
        ledger.write([&](db::Tx& tx) { return take_back(tx, epoch, Leave::crashed); });
        until(ledger, job, "succeeded");
        CHECK(runs.load() == 2);
        CHECK(process.engine().status().lost_leases == 1);
        CHECK(ledger.number("SELECT count(*) FROM effect") == 1);
    });
}

TEST_CASE(
    "what was sent when the process died is asked about, and sent again only if it did not "
    "arrive") {
    in_sim([](TestLedger& ledger) {
        std::multiset<std::string> sent;
        const JobId job = ledger.start(2);
        std::atomic<bool> is_first{true};
        std::atomic<int> begun{0};
        Kind kind = simple([&](Work& work) -> Result<Outcome> {
            TRY(work.sending());
            ++begun;
            // The first arrives, the second does not.
            if (work.number() == 1 || !is_first) sent.insert(work.key());
            if (is_first) weft::sleep(24h);
            return done();
        });
        kind.ask = [&](Work& work) -> Result<Outcome> {
            if (work.asked() == 1) return unavailable("receiver-down", "It does not answer.");
            return sent.contains(work.key()) ? done() : not_sent();
        };
        {
            Process first(ledger, {kind}, {}, Process::End::crash);
            while (begun < 2) weft::sleep(10ms);
            first.stop();
        }
        is_first = false;
        Process second(ledger, {kind});
        until(ledger, job, "succeeded");
        CHECK(sent.size() == 2);
        CHECK(std::set(sent.begin(), sent.end()).size() == 2);
    });
}

TEST_CASE("a kind that cannot ask leaves what may have been sent to people") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        std::atomic<int> runs{0};
        const auto kind = simple([&](Work& work) -> Result<Outcome> {
            TRY(work.sending());
            ++runs;
            if (runs == 1) return unavailable("cut-off", "The connection was lost.");
            return done();
        });
        Process process(ledger, {kind});
        until(ledger, job, "failed");
        CHECK(ledger.counts(job) == Counts{.total = 1, .unknown = 1});
        CHECK(runs.load() == 1);
        ledger.write([&](db::Tx& tx) { return redrive(tx, job, {.state = ItemState::unknown}); });
        until(ledger, job, "succeeded");
        CHECK(runs.load() == 2);
    });
}

TEST_CASE(
    "a cancel that meets a handler which has begun to send makes its item unknown, not skipped") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        std::atomic<bool> begun{false};
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            TRY(work.sending());
                            begun = true;
                            weft::sleep(24h);
                            return done();
                        })});
        while (!begun) weft::sleep(10ms);
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        process.engine().obey();
        until(ledger, job, "cancelled");
        CHECK(ledger.counts(job) == Counts{.total = 1, .unknown = 1});
    });
}

TEST_CASE("what a cancel made unknown is asked about once the job is resumed") {
    in_sim([](TestLedger& ledger) {
        const JobId job = ledger.start(1);
        std::atomic<bool> begun{false};
        std::atomic<int> asked{0};
        Kind kind = simple([&](Work& work) -> Result<Outcome> {
            TRY(work.sending());
            begun = true;
            weft::sleep(24h);
            return done();
        });
        kind.ask = [&](Work&) -> Result<Outcome> {
            ++asked;
            return done();
        };
        Process process(ledger, {kind});
        while (!begun) weft::sleep(10ms);
        ledger.write([&](db::Tx& tx) { return cancel(tx, job, "ann"); });
        process.engine().obey();
        until(ledger, job, "cancelled");
        CHECK(asked.load() == 0);
        ledger.write([&](db::Tx& tx) { return resume(tx, job); });
        until(ledger, job, "succeeded");
        CHECK(asked.load() == 1);
    });
}

TEST_CASE("what did not arrive waits for as long as its receiver asked, with what that changed") {
    in_sim([](TestLedger& ledger) {
        make_effects(ledger);
        const JobId job = ledger.start(1);
        std::vector<weft::TimePoint> runs;
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            runs.push_back(weft::Clock::now());
                            if (runs.size() == 2) return done();
                            TRY(work.sending(note_effect(work)));
                            Outcome busy =
                                not_sent(unavailable("busy", "Later."), note_effect(work));
                            busy.wait = 10min;
                            return busy;
                        })});
        until(ledger, job, "succeeded");
        CHECK(runs.at(1) - runs.at(0) >= 10min);
        CHECK(ledger.number("SELECT count(*) FROM effect") == 2);
    });
}

TEST_CASE("a checkpoint that was saved is where the next attempt goes on") {
    in_sim([](TestLedger& ledger) {
        std::vector<std::int64_t> pages;
        const JobId job = ledger.start(1);
        Process process(ledger, {simple([&](Work& work) -> Result<Outcome> {
                            const auto at = work.checkpoint();
                            for (std::int64_t page = at ? at->as_int64() : 0; page < 6; ++page) {
                                if (page == 2 * work.attempt())
                                    return unavailable("mail-down", "Down.");
                                pages.push_back(page);
                                TRY(work.save(page + 1));
                            }
                            return done();
                        })});
        until(ledger, job, "succeeded");
        CHECK(pages == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5});
    });
}

TEST_CASE("the pause before an attempt is random, doubles and has a bound") {
    const Retry retry{.attempts = 10, .base = 1s, .cap = 60s};
    std::mt19937_64 random(1);
    using Bound = std::pair<int, std::chrono::milliseconds>;
    for (const auto& [attempt, bound] :
         {Bound(1, 1s), Bound(2, 2s), Bound(5, 16s), Bound(7, 60s), Bound(1'000'000, 60s)}) {
        std::chrono::milliseconds least = 1h;
        std::chrono::milliseconds most = 0ms;
        for (int i = 0; i < 2000; ++i) {
            const auto pause = pause_after(retry, attempt, random());
            least = std::min(least, pause);
            most = std::max(most, pause);
        }
        CHECK(most <= bound);
        CHECK(most > bound * 95 / 100);
        CHECK(least < bound / 20);
    }
}

TEST_CASE("engines of two processes share the work") {
    in_both_stores([](TestLedger& ledger) {
        make_effects(ledger);
        const Kind kind =
            simple([](Work& work) -> Result<Outcome> { return done(note_effect(work)); });
        const JobId job = ledger.start(400);
        weft::scope([&](weft::Scope& s) {
            for (int i = 0; i < 3; ++i)
                s.go([&] {
                    Engine engine(*ledger.db, {.slots = 8});
                    engine.add(kind);
                    engine.run_until_idle();
                });
        });
        CHECK(ledger.state(job) == "succeeded");
        CHECK(ledger.number("SELECT count(*) FROM effect") == 400);
        CHECK(ledger.number("SELECT count(DISTINCT item) FROM effect") == 400);
    });
}

}  // namespace cohort::jobs
